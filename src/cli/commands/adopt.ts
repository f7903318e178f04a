/**
 * `domicile adopt`: adopts a policy, from a file or from a template (R17, R18).
 */
import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { policyOfTemplate, policyTemplates, type TemplatedPolicy } from '../../client/client.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse } from '../invocation/failure.ts';
import { readPolicyFile } from '../invocation/policy-file.ts';
import { runCommand } from '../invocation/run-command.ts';
import { warningLine } from '../terminal/policy-warnings.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface AdoptOptions extends LedgerOptions {
  readonly policy?: string;
  readonly title?: string;
  readonly authority?: string;
  readonly effectiveFrom?: string;
  readonly effectiveUntil?: string;
  readonly template?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly source: string;
  readonly print?: boolean;
}

/** A policy to adopt: options override the file or template. */
type Proposal = TemplatedPolicy & { readonly policy: string };

const fromTemplate = (name: string, set: AdoptOptions['set']): E.Either<Failure, Proposal> =>
  pipe(
    policyOfTemplate(name, set),
    E.bimap(
      (fault) => invalidUse(fault, 'Parameters are given with --set NAME=VALUE.'),
      (made) => ({ ...made, policy: name }),
    ),
  );

const fromFile = (file: string): E.Either<Failure, Proposal> =>
  pipe(
    readPolicyFile(file),
    E.map(({ name, cedar }) => ({ policy: name, title: name, authority: null, cedar })),
  );

const proposalOf = (
  file: string | undefined,
  { template, set }: AdoptOptions,
): E.Either<Failure, Proposal> => {
  if (template !== undefined)
    return file === undefined
      ? fromTemplate(template, set)
      : E.left(invalidUse('give a file or --template, not both'));
  return file === undefined
    ? E.left(invalidUse('give a file with a Cedar policy, or --template NAME'))
    : fromFile(file);
};

const record = (proposal: Proposal, options: AdoptOptions, terminal: Terminal): Promise<CommandResult> => {
  const { policy = proposal.policy, title = proposal.title, effectiveUntil } = options;
  const authority = options.authority ?? proposal.authority;
  const now = new Date().toISOString();
  return withLedger(options, terminal, true, async ({ events }) =>
    pipe(
      await events.emit({
        specversion: '1.0',
        id: `adopt-${randomUUID()}`,
        source: options.source,
        type: 'PolicyAdopted',
        time: now,
        data: {
          policy,
          title,
          ...(authority === null ? {} : { authority }),
          cedar: proposal.cedar,
          effectiveFrom: options.effectiveFrom ?? now,
          ...(effectiveUntil === undefined ? {} : { effectiveUntil }),
        },
      }),
      E.bimap(
        (error) => failureOf(error, options.url),
        ({ position, warnings = [] }) => {
          for (const warning of warnings) terminal.note(warningLine(warning));
          terminal.out(`Adopted ${policy} at position ${position}.`);
          terminal.out(`To see what it found: domicile findings --policy ${policy}`);
          return success;
        },
      ),
    ),
  );
};

const adopt = (file: string | undefined, options: AdoptOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(proposalOf(file, options)),
    TE.flatMap((proposal) => {
      if (options.print !== true) return () => record(proposal, options, terminal);
      terminal.out(proposal.cedar.trimEnd());
      return TE.right(success);
    }),
  )();

/** Adds a `NAME=VALUE` to the previous ones. */
const assigned = (
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
};

const templateLines = policyTemplates
  .map(({ name, title, parameters }) => {
    const taken = parameters.map((each) => `${each.name}${each.default === undefined ? '' : ' (optional)'}`);
    return `  ${name.padEnd(16)}${title}: ${taken.join(', ')}`;
  })
  .join('\n');

/** Adds the command. */
export const addAdopt = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    program
      .command('adopt [file]')
      .summary('adopt a policy')
      .description(
        'Adopts a policy: records the text of a file, or of a template, as the next version of the policy. Try it first with `domicile simulate`.',
      ),
  )
    .option('--policy <policy>', 'the id of the policy (default: the name of the file or template)')
    .option('--title <title>', 'its title')
    .option('--authority <authority>', 'the authority that requires it, such as a law')
    .option('--effective-from <time>', 'when it takes effect (default: now)')
    .option('--effective-until <time>', 'when it ends (default: never)')
    .addOption(
      new Option('--template <name>', 'use this template for the policy').choices(
        policyTemplates.map(({ name }) => name),
      ),
    )
    .option('--set <name=value>', 'a parameter of the template; can be repeated', assigned, {})
    .option('--source <source>', 'the source of the event', 'urn:domicile:command-line')
    .option('--print', 'print the text, and record nothing')
    .addHelpText(
      'after',
      `
Templates:
${templateLines}

Examples:
  $ domicile adopt policies/padfaa.cedar --effective-from 2024-06-23
  $ domicile adopt --template keep-out --set party=bytedance --set population=us-users --policy usds
  $ domicile adopt --template stays-in --set population=us-users --set country=US --print > us.cedar`,
    )
    .action((file: string | undefined, options: AdoptOptions) =>
      runCommand(terminal, () => adopt(file, options, terminal)),
    );
};
