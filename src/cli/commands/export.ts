/**
 * `domicile export`: writes an evidence bundle, as a file for `domicile verify` and as a page for human readers.
 */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EvidenceQuestion } from '../../client/client.ts';
import { askUntilThere } from '../invocation/ask-ledger.ts';
import {
  type PeriodOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
  withPeriodOptions,
} from '../invocation/command-options.ts';
import { withLedger } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, failureOf, failureOfThrown, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';
import { addExportParquet } from './export-parquet.ts';

interface ExportOptions extends Omit<PeriodOptions, 'format'> {
  readonly party?: string;
  readonly site?: string;
  readonly finding?: string;
  readonly trail?: boolean;
  readonly output?: string;
}

const fileEnding = '.domicile.json';

/** Writes the bundle and its page. */
const write = async (text: string, options: ExportOptions, terminal: Terminal): Promise<CommandResult> => {
  const { parseBundle } = await import('../../evidence/bundle.ts');
  const { evidencePage } = await import('../../evidence/page.ts');
  return pipe(
    parseBundle(text),
    E.mapLeft(({ message }) => invalidUse(`the server sent no bundle: ${message}`)),
    E.flatMap((bundle) =>
      E.tryCatch(() => {
        const { asked, events, answers } = bundle;
        const file = options.output ?? `evidence-${asked.about}-${asked.knownPosition}${fileEnding}`;
        const page = `${file.endsWith(fileEnding) ? file.slice(0, -fileEnding.length) : file}.html`;
        writeFileSync(file, text, { mode: 0o600 });
        writeFileSync(page, evidencePage(bundle), { mode: 0o600 });
        terminal.out(
          `Wrote ${file}: ${counted(answers.length, 'answer', 'answers')} that rest on ${counted(events.length, 'event', 'events')}.`,
        );
        terminal.out(`Wrote ${page}: the same as a page to read and print.`);
        terminal.note(
          `To check it, with a key of the ledger that you trust: domicile verify ${file} --key VKEY`,
        );
        return success;
      }, failureOfThrown),
    ),
  );
};

const exportBundle = async (
  subject: string | undefined,
  options: ExportOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const { party, site, finding, from, to, trail } = options;
  const about = { subject, party, site, finding };
  if (Object.values(about).filter((name) => name !== undefined).length !== 1)
    return E.left(invalidUse('expected a SUBJECT, or one of --party, --site and --finding'));
  const question: EvidenceQuestion = { ...questionOf(options), ...about, from, to, trail };
  return withLedger(options, terminal, false, ({ log }) =>
    pipe(
      () => askUntilThere(() => log.evidence(question)),
      TE.mapLeft((error) => failureOf(error, options.url)),
      TE.flatMap((text) => () => write(text, options, terminal)),
    )(),
  );
};

/** Adds the command. */
export const addExport = (program: Command, terminal: Terminal): void => {
  const command = withPeriodOptions(
    withLedgerOptions(
      withClockOptions(
        program
          .command('export [subject]')
          .enablePositionalOptions()
          .summary('export evidence that others can check without the ledger')
          .description(
            'Writes an evidence bundle about a person, or with an option about a party, a site or a finding. It contains the answers, the events that they rest on, and proofs that these were recorded and that none is missing. Also writes a page to read and print. `domicile verify` checks the file anywhere.',
          )
          .option('--party <id>', 'about a party')
          .option('--site <id>', 'about a site')
          .option(
            '--finding <id>',
            'about the finding with this id, as shown by `domicile findings --format json`',
          )
          .option(
            '--trail',
            'include the audit trail of a person; the file then also holds all corrections, the events that the latest 5,000 of them correct, and all events about reach',
          )
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
      runCommand(terminal, () => exportBundle(subject, options, terminal)),
    );
  addExportParquet(command, terminal);
};
