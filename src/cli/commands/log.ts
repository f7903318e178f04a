/**
 * `domicile log`: what others need to check the log: keys, the signed checkpoint, proofs.
 */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type * as E from 'fp-ts/lib/Either.js';
import type { Client } from '../../client/client.ts';
import type { ClientError } from '../../client/errors.ts';
import { askLedger, askUntilThere } from '../invocation/ask-ledger.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import type { LedgerOptions } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import type { CommandResult } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

const asking = <A>(
  options: LedgerOptions,
  terminal: Terminal,
  ask: (ledger: Client) => Promise<E.Either<ClientError, A>>,
  show: (answer: A) => void,
  isThere?: (answer: A) => boolean,
): Promise<CommandResult> =>
  askLedger(
    options,
    terminal,
    (ledger) => askUntilThere(() => ask(ledger), isThere),
    (answer) => {
      show(answer);
      return success;
    },
  );

interface ProveOptions extends LedgerOptions {
  readonly output?: string;
}

const positionOf = (text: string): string => {
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new InvalidArgumentError('Expected a position in the log, such as 1234.');
  return text;
};

/** Adds the command. */
export const addLog = (program: Command, terminal: Terminal): void => {
  const log = program
    .command('log')
    .summary('keys, the signed checkpoint, and proofs of the log')
    .description(
      'Shows what others need to check the log: the verifier keys, the signed checkpoint (C2SP tlog-checkpoint), and proofs that an event is in it (C2SP tlog-proof).',
    );
  log.addHelpText(
    'after',
    `
Examples:
  $ domicile log key
  $ domicile log checkpoint
  $ domicile log prove 1 --output event-1.tlog-proof`,
  );
  withLedgerOptions(
    log
      .command('key')
      .summary('the verifier keys of the log')
      .description('Prints the verifier keys (vkeys) with which others check signatures, one a line.'),
  ).action((options: LedgerOptions) =>
    runCommand(terminal, () =>
      asking(
        options,
        terminal,
        (ledger) => ledger.log.state(),
        ({ data }) => {
          for (const key of data.verifierKeys) terminal.out(key);
        },
        // The keys of a new ledger are made a moment after it is opened.
        ({ data }) => data.verifierKeys.length > 0,
      ),
    ),
  );
  withLedgerOptions(
    log
      .command('checkpoint')
      .summary('the signed checkpoint')
      .description(
        'Prints the signed checkpoint: the origin, the number of events, the root, the signatures.',
      ),
  ).action((options: LedgerOptions) =>
    runCommand(terminal, () =>
      asking(
        options,
        terminal,
        (ledger) => ledger.log.checkpoint(),
        (note) => terminal.out(note.trimEnd()),
      ),
    ),
  );
  withLedgerOptions(
    log
      .command('prove <position>')
      .summary('proof that an event is in the signed log')
      .description(
        'Prints a proof that the event at a position is in the signed log. domicile verify checks it anywhere, without the ledger.',
      )
      .option('--output <file>', 'write the proof into this file'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile log key > ledger.vkey
  $ domicile log prove 1 --output event-1.tlog-proof
  $ domicile verify event-1.tlog-proof --key "$(head -n 1 ledger.vkey)"`,
    )
    .action((given: string, options: ProveOptions) =>
      runCommand(terminal, () =>
        asking(
          options,
          terminal,
          (ledger) => ledger.log.prove(positionOf(given)),
          (proof) => {
            if (options.output === undefined) return terminal.out(proof.trimEnd());
            writeFileSync(options.output, proof);
            terminal.note(`Wrote ${options.output}.`);
          },
        ),
      ),
    );
};
