/**
 * `domicile adopt`: adopts a policy, from a file or from a template (R17, R18).
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { policyOfTemplate, policyTemplates, type TemplatedPolicy } from '../../client/client.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type Failure, failureOf } from '../invocation/failure.ts';
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

const invalid = (message: string, hint?: string): E.Either<Failure, never> =>
  E.left({ exitCode: invalidUsage, message, ...(hint === undefined ? {} : { hint }) });

const textOf = (file: string | undefined, options: AdoptOptions): E.Either<Failure, TemplatedPolicy> => {
  if (options.template !== undefined) {
    if (file !== undefined) return invalid('give a file or --template, not both');
    const made = policyOfTemplate(options.template, options.set);
    return E.isLeft(made) ? invalid(made.left, 'Parameters are given with --set NAME=VALUE.') : made;
  }
  if (file === undefined) return invalid('give a file with a Cedar policy, or --template NAME');
  try {
    return E.right({
      title: basename(file).replace(/\.cedar$/, ''),
      authority: null,
      cedar: readFileSync(file, 'utf8'),
    });
  } catch {
    return invalid(
      `${file} cannot be read; expected a file with a Cedar policy`,
      'See docs/how-to/write-a-policy.md for examples.',
    );
  }
};

const adopt = async (file: string | undefined, options: AdoptOptions, terminal: Terminal) => {
  const text = textOf(file, options);
  if (E.isLeft(text)) return text;
  const { title, authority, cedar } = text.right;
  if (options.print === true) {
    terminal.out(cedar.trimEnd());
    return E.right(success);
  }
  const policy = options.policy ?? options.template ?? basename(file ?? '').replace(/\.cedar$/, '');
  const now = new Date().toISOString();
  const named = options.authority ?? authority;
  return withLedger(options, terminal, true, async (ledger) => {
    const recorded = await ledger.events.emit({
      specversion: '1.0',
      id: `adopt-${randomUUID()}`,
      source: options.source,
      type: 'PolicyAdopted',
      time: now,
      data: {
        policy,
        title: options.title ?? title,
        ...(named === null ? {} : { authority: named }),
        cedar,
        effectiveFrom: options.effectiveFrom ?? now,
        ...(options.effectiveUntil === undefined ? {} : { effectiveUntil: options.effectiveUntil }),
      },
    });
    if (E.isLeft(recorded)) return E.left(failureOf(recorded.left, options.url));
    for (const warning of recorded.right.warnings ?? []) terminal.note(warningLine(warning));
    terminal.out(`Adopted ${policy} at position ${recorded.right.position}.`);
    terminal.out(`To see what it found: domicile findings --policy ${policy}`);
    return E.right(success);
  });
};

/** `NAME=VALUE`, added to those before. */
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
        'Adopts a policy: records the text of a file, or of a template, as the next version of the policy. Try it before with `domicile simulate`.',
      ),
  )
    .option('--policy <policy>', 'the id of the policy (default: the name of the file or template)')
    .option('--title <title>', 'its title')
    .option('--authority <authority>', 'who demands it, such as a law')
    .option('--effective-from <time>', 'when it takes effect (default: now)')
    .option('--effective-until <time>', 'when it ends (default: never)')
    .addOption(
      new Option('--template <name>', 'make the policy of a template').choices(
        policyTemplates.map(({ name }) => name),
      ),
    )
    .option('--set <name=value>', 'a parameter of the template; may be given again', assigned, {})
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
