/**
 * `domicile export`: an evidence bundle, as a file that `domicile verify` checks anywhere, and as a page for people.
 */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Client, EvidenceQuestion } from '../../client/client.ts';
import type { ClientError } from '../../client/errors.ts';
import {
  type PeriodOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
  withPeriodOptions,
} from '../invocation/command-options.ts';
import { withLedger } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, failureOfThrown } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface ExportOptions extends Omit<PeriodOptions, 'format'> {
  readonly party?: string;
  readonly site?: string;
  readonly finding?: string;
  readonly trail?: boolean;
  readonly output?: string;
}

/** How long checkpoints that are not signed yet are waited for: a log that was just opened is hashed first. */
const waitMsMax = 60_000;
const askAgainMs = 200;

const fileEnding = '.domicile.json';

const patiently = async (
  ledger: Client,
  question: EvidenceQuestion,
): Promise<E.Either<ClientError, string>> => {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const answer = await ledger.log.evidence(question);
    const isEarly = E.isLeft(answer) && answer.left.kind === 'problem' && answer.left.status === 503;
    if (!isEarly || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
};

const usage = (message: string): E.Either<Failure, never> => E.left({ exitCode: invalidUsage, message });

const write = async (text: string, options: ExportOptions, terminal: Terminal): Promise<CommandResult> => {
  const { parseBundle } = await import('../../evidence/bundle.ts');
  const { evidencePage } = await import('../../evidence/page.ts');
  const bundle = parseBundle(text);
  if (E.isLeft(bundle)) return usage(`the server sent no bundle: ${bundle.left.message}`);
  const { asked, events } = bundle.right;
  const file = options.output ?? `evidence-${asked.about}-${asked.knownPosition}${fileEnding}`;
  const page = `${file.endsWith(fileEnding) ? file.slice(0, -fileEnding.length) : file}.html`;
  try {
    writeFileSync(file, text, { mode: 0o600 });
    writeFileSync(page, evidencePage(bundle.right), { mode: 0o600 });
  } catch (error) {
    return E.left(failureOfThrown(error));
  }
  terminal.out(
    `Wrote ${file}: ${counted(bundle.right.answers.length, 'answer', 'answers')} that rest on ${counted(events.length, 'event', 'events')}.`,
  );
  terminal.out(`Wrote ${page}: the same for people, to print.`);
  terminal.note(`Whoever trusts the key of the ledger checks it with: domicile verify ${file} --key VKEY`);
  return E.right(success);
};

const exportBundle = (
  subject: string | undefined,
  options: ExportOptions,
  terminal: Terminal,
): Promise<CommandResult> | CommandResult => {
  const { party, site, finding, from, to, trail } = options;
  const about = { subject, party, site, finding };
  if (Object.values(about).filter((name) => name !== undefined).length !== 1)
    return usage('expected a SUBJECT, or one of --party, --site and --finding');
  const question: EvidenceQuestion = { ...questionOf(options), ...about, from, to, trail };
  return withLedger(options, terminal, false, async (ledger) => {
    const answer = await patiently(ledger, question);
    return E.isLeft(answer)
      ? E.left(failureOf(answer.left, options.url))
      : write(answer.right, options, terminal);
  });
};

/** Adds the command. */
export const addExport = (program: Command, terminal: Terminal): void => {
  withPeriodOptions(
    withLedgerOptions(
      withClockOptions(
        program
          .command('export [subject]')
          .summary('evidence that others can check without the ledger')
          .description(
            'Writes an evidence bundle about a person, or with an option about a party, a site or a finding: the answers, the events that they rest on, and the proofs that these were recorded and that none is missing. Beside the file it writes a page for people, to read and to print. `domicile verify` checks the file anywhere.',
          )
          .option('--party <id>', 'about a party')
          .option('--site <id>', 'about a site')
          .option('--finding <id>', 'about a finding, by the id that `domicile findings --format json` shows')
          .option('--trail', 'about a person, the audit trail too; the file then holds the whole log')
          .option('--output <file>', `the file (default: evidence-ABOUT-POSITION${fileEnding})`),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile export ana --valid-at 2022-06-30
  $ domicile export --site singapore --output singapore.domicile.json
  $ domicile verify singapore.domicile.json --key "$(domicile log key | head -n 1)"`,
    )
    .action((subject: string | undefined, options: ExportOptions) =>
      runCommand(terminal, async () => exportBundle(subject, options, terminal)),
    );
};
