/** `domicile log`: keys, the signed checkpoint and proofs, with which others verify the log. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client } from '../../client/client.ts';
import type { ClientError } from '../../client/errors.ts';
import type { MerkleLogRow } from '../../contract/rows/integrity.ts';
import { parseVerifierKey } from '../../integrity/keys.ts';
import { isSignedByAll, parseNote } from '../../integrity/signed-note.ts';
import { askLedger, askUntilThere } from '../invocation/ask-ledger.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import type { LedgerOptions } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, invalidUse } from '../invocation/failure.ts';
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

interface KeyOptions extends LedgerOptions {
  readonly rotate?: boolean;
  readonly retire?: boolean;
  readonly index?: boolean;
}

/** Whether all of the keys have signed a checkpoint. */
const isSignedBy = (checkpoint: string, vkeys: ReadonlyArray<string>): boolean => {
  const signed = pipe(
    E.Do,
    E.bind('note', () => parseNote(checkpoint)),
    E.bind('keys', () => E.traverseArray(parseVerifierKey)(vkeys)),
    E.map(({ note, keys }) => isSignedByAll(note, keys)),
  );
  return E.isRight(signed) && signed.right;
};

/**
 * Rotates the keys, and waits for a checkpoint that all of them have signed, with which others can verify the new
 * keys.
 */
const rotate = (ledger: Client): Promise<E.Either<ClientError, { readonly data: MerkleLogRow }>> =>
  pipe(
    () => askUntilThere(() => ledger.log.rotateKeys()),
    TE.tap(
      ({ data }) =>
        () =>
          askUntilThere(
            () => ledger.log.checkpoint(),
            (checkpoint) => isSignedBy(checkpoint, data.verifierKeys),
          ),
    ),
  )();

/** Prints the keys of the log or of its sealed index, after rotating or retiring keys if requested. */
const keys = (options: KeyOptions, terminal: Terminal): Promise<CommandResult> => {
  const { rotate: isRotation = false, retire = false, index: isOfIndex = false } = options;
  if (isRotation && retire)
    return Promise.resolve(
      E.left(invalidUse('give --rotate or --retire, not both: others need time to learn the new keys')),
    );
  return asking(
    options,
    terminal,
    (ledger) => (isRotation ? rotate(ledger) : retire ? ledger.log.retireEarlierKeys() : ledger.log.state()),
    ({ data }) => {
      for (const key of isOfIndex ? (data.index?.verifierKeys ?? []) : data.verifierKeys) terminal.out(key);
      if (isOfIndex && (data.index ?? null) === null)
        terminal.note('This process does not sign the log: ask the one that keeps the vault.');
      if (isRotation)
        terminal.note(
          'The new keys come first; they sign beside the old ones. Give them to everybody who verifies, witnesses or monitors the log, and those of --index to its witnesses. Then run this with --retire.',
        );
      if (retire) terminal.note('The old keys no longer sign.');
    },
    // The keys of a new ledger are created shortly after it is opened.
    ({ data }) => data.verifierKeys.length > 0,
  );
};

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
    .summary('show keys, the signed checkpoint, and proofs of the log')
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
      .summary('show, rotate or retire the keys of the log')
      .description(
        'Prints the verifier keys (vkeys) with which others check signatures, one per line, the newest first. Witnesses also need those of the sealed index, which have its name: --index.',
      )
      .option('--index', 'the keys of the sealed index, for its witnesses')
      .option('--rotate', 'create new keys that sign beside the old ones, and record this in the log')
      .option('--retire', 'stop signing with the keys from before the last rotation'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile log key > ledger.vkeys
  $ domicile log key --index > index.vkeys
  $ domicile log key --rotate > ledger.vkeys
  $ domicile log key --retire`,
    )
    .action((options: KeyOptions) => runCommand(terminal, () => keys(options, terminal)));
  withLedgerOptions(
    log
      .command('checkpoint')
      .summary('the signed checkpoint')
      .description(
        'Prints the signed checkpoint: the origin, the number of events, the root and the signatures.',
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
