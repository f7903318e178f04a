/** `domicile verify`: verifies a whole ledger, or evidence or a proof from one. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checkpoint } from '../../integrity/checkpoint.ts';
import type { JudgedNote } from '../../integrity/tlog-policy.ts';
import type { TlogProof } from '../../integrity/tlog-proof.ts';
import type { Check } from '../../ledger/examine/check.ts';
import type { Settings } from '../../ledger/settings.ts';
import {
  configOption,
  dataOption,
  type FormatOptions,
  withFormatOption,
} from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Trusted } from '../invocation/trusted-keys.ts';
import { withProgress } from '../invocation/with-progress.ts';
import { CheckRow, checkTable } from '../terminal/check-table.ts';
import { writeCsv } from '../terminal/formats.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface VerifyOptions extends FormatOptions {
  readonly data?: string;
  readonly config?: string;
  readonly key?: ReadonlyArray<string>;
  readonly policy?: string;
}

const report = (checks: ReadonlyArray<Check>, { format }: VerifyOptions, terminal: Terminal): void => {
  const rows = checks.map(({ name, state, found, remedy }): CheckRow => ({ name, state, found, remedy }));
  if (format === 'json') terminal.out(JSON.stringify({ data: rows }, undefined, 2));
  else if (format === 'ndjson') for (const row of rows) terminal.out(JSON.stringify(row));
  else if (format === 'csv') writeCsv(Object.keys(CheckRow.required), rows, terminal);
  else {
    terminal.out(checkTable(rows, terminal));
    terminal.out('');
    const failures = checks.filter(({ state }) => state === 'failed').length;
    const unchecked = checks.filter(({ state }) => state === 'warning').length;
    terminal.out(
      failures > 0
        ? `${counted(failures, 'check', 'checks')} failed: do not rely on this ledger until it is restored.`
        : unchecked > 0
          ? `Nothing wrong was found; ${counted(unchecked, 'check is', 'checks are')} incomplete.`
          : 'The ledger is intact.',
    );
  }
};

const settingsOfFiles = (options: VerifyOptions): E.Either<Failure, Settings> =>
  pipe(
    settingsOf(options),
    E.filterOrElse(
      ({ store }) => store.startsWith('sqlite:'),
      () =>
        invalidUse(
          'each server verifies a ledger on KurrentDB when it starts',
          'GET /readyz of a server shows whether its log agrees with the tree.',
        ),
    ),
  );

const verifyWhole = (options: VerifyOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(settingsOfFiles(options)),
    TE.flatMap((settings) =>
      withProgress(terminal, async (bar) => {
        const { verifyLedger } = await import('../../ledger/verify/verify-ledger.ts');
        return E.right(
          await verifyLedger(
            settings,
            () => Date.now(),
            (what, done, of) => bar.update(done, of, `${wholeNumber(done)} of ${wholeNumber(of)} ${what}`),
          ),
        );
      }),
    ),
    TE.map((checks) => {
      report(checks, options, terminal);
      return checks.some(({ state }) => state === 'failed') ? checkFailed : success;
    }),
  )();

/** What a proof file proves: the event and the log, and who signed and cosigned it. */
interface Proved {
  readonly entry: Uint8Array;
  readonly index: number;
  readonly checkpoint: Checkpoint;
  readonly judged: JudgedNote;
}

const verifyProof = async (
  file: string,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const [{ readText, trustedBy }, { verifyByPolicy }, { parseTlogProof, verifyTlogProof }] =
    await Promise.all([
      import('../invocation/trusted-keys.ts'),
      import('../../integrity/tlog-policy.ts'),
      import('../../integrity/tlog-proof.ts'),
    ]);
  const showVerdict = ({ policy, keys }: Trusted, proof: TlogProof, entry: Uint8Array): number =>
    pipe(
      E.Do,
      E.bind('checkpoint', () =>
        verifyTlogProof(proof, entry, [...policy.logs.map((log) => log.key), ...keys]),
      ),
      E.bind('judged', () => verifyByPolicy(proof.checkpoint, policy, keys)),
      E.match(
        (fault) => {
          terminal.out(`Not verified: ${fault}.`);
          return checkFailed;
        },
        (verified) => {
          showProved({ ...verified, entry, index: proof.index }, terminal);
          return success;
        },
      ),
    );
  return pipe(
    E.Do,
    E.bind('trusted', () => trustedBy(options)),
    E.bind('text', () => readText(file)),
    E.bind('proof', ({ text }) =>
      E.mapLeft((fault: string) => invalidUse(`${file}: ${fault}`))(parseTlogProof(text)),
    ),
    E.bind('entry', ({ proof }) =>
      pipe(
        proof.extra,
        E.fromNullable(invalidUse(`${file}: the proof does not contain the entry that it is about`)),
      ),
    ),
    E.map(({ trusted, proof, entry }) => showVerdict(trusted, proof, entry)),
  );
};

const showProved = ({ entry, index, checkpoint, judged }: Proved, terminal: Terminal): void => {
  const { origin, size } = checkpoint;
  const witnesses = judged.witnesses.length;
  terminal.out(
    `Verified: event ${index + 1} is in the log ${origin} of ${counted(size, 'event', 'events')}.`,
  );
  terminal.out(`Signed by ${judged.by.map(({ name }) => name).join(', ')}.`);
  if (witnesses > 0) terminal.out(`Cosigned by ${counted(witnesses, 'witness', 'witnesses')} of the policy.`);
  terminal.out(`The entry: ${Buffer.from(entry).toString('utf8')}`);
};

const verifyEvidence = async (
  file: string,
  text: string,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const [{ trustedBy }, { verifyBundle }, { showBundleReport }] = await Promise.all([
    import('../invocation/trusted-keys.ts'),
    import('../../evidence/verify-bundle.ts'),
    import('../terminal/bundle-report.ts'),
  ]);
  return pipe(
    trustedBy(options),
    E.map((trusted) => {
      const report = verifyBundle(text, trusted);
      showBundleReport(file, report, options.format, terminal);
      return report.holds ? success : checkFailed;
    }),
  );
};

const verifyFile = async (
  file: string,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const { readText } = await import('../invocation/trusted-keys.ts');
  return pipe(
    TE.fromEither(readText(file)),
    TE.flatMap(
      (text) => () =>
        text.trimStart().startsWith('{')
          ? verifyEvidence(file, text, options, terminal)
          : verifyProof(file, options, terminal),
    ),
  )();
};

/** Adds the command. */
export const addVerify = (program: Command, terminal: Terminal): void => {
  withFormatOption(
    program
      .command('verify [file]')
      .summary('check a whole ledger, an evidence bundle, or a proof')
      .description(
        'Without a file, checks every stored event against the Merkle tree, the tree against every signed checkpoint, the projections against a rebuild, and the vault against the log. Reports what is wrong, where, and which part is still intact. Changes nothing, and can run beside a server. With a file, checks an evidence bundle of `domicile export` or a proof of `domicile log prove`, without a network and without the ledger. It derives the answers of a bundle again from the events in it. Exits with 1 if a check fails.',
      )
      .addOption(dataOption())
      .addOption(configOption())
      .option('--key <vkey...>', 'a verifier key of the log that you trust')
      .option('--policy <file>', 'a trust policy of logs and witnesses (C2SP tlog-policy)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile verify
  $ domicile verify evidence-subject-101.domicile.json --key "$(head -n 1 ledger.vkey)"
  $ domicile verify event-1.tlog-proof --key "$(head -n 1 ledger.vkey)"`,
    )
    .action((file: string | undefined, options: VerifyOptions) =>
      runCommand(terminal, () =>
        file === undefined ? verifyWhole(options, terminal) : verifyFile(file, options, terminal),
      ),
    );
};
