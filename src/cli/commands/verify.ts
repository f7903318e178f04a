/**
 * `domicile verify`: checks a whole ledger, or a proof that came from one.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Check } from '../../ledger/examine/check.ts';
import { type FormatOptions, withFormatOption } from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { checkFailed, invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { CheckRow, checkTable } from '../terminal/check-table.ts';
import { writeCsv } from '../terminal/formats.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface VerifyOptions extends FormatOptions {
  readonly data?: string;
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
          : 'The ledger is whole.',
    );
  }
};

const verifyWhole = async (options: VerifyOptions, terminal: Terminal): Promise<CommandResult> => {
  const settings = settingsOf(options);
  if (E.isLeft(settings)) return settings;
  if (!settings.right.store.startsWith('sqlite:')) {
    return E.left({
      exitCode: invalidUsage,
      message: 'a ledger on KurrentDB is verified by each of its servers at its start',
      hint: 'GET /readyz of a server says whether its log agrees with the tree.',
    });
  }
  const { verifyLedger } = await import('../../ledger/verify/verify-ledger.ts');
  const bar = new ProgressBar(terminal, () => performance.now());
  try {
    const checks = await verifyLedger(
      settings.right,
      () => Date.now(),
      (what, done, of) => bar.update(done, of, `${wholeNumber(done)} of ${wholeNumber(of)} ${what}`),
    );
    bar.end();
    report(checks, options, terminal);
    return E.right(checks.some(({ state }) => state === 'failed') ? checkFailed : success);
  } catch (error) {
    bar.end();
    return E.left(failureOfThrown(error));
  }
};

const invalid = (message: string, hint?: string): E.Either<Failure, never> =>
  E.left({ exitCode: invalidUsage, message, ...(hint === undefined ? {} : { hint }) });

const readText = (file: string): E.Either<Failure, string> =>
  E.tryCatch(() => readFileSync(file, 'utf8'), failureOfThrown);

const verifyProof = async (
  file: string,
  { key = [], policy }: VerifyOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const [{ parseVerifierKey }, { parseTlogPolicy, verifyByPolicy }, { parseTlogProof, verifyTlogProof }] =
    await Promise.all([
      import('../../integrity/keys.ts'),
      import('../../integrity/tlog-policy.ts'),
      import('../../integrity/tlog-proof.ts'),
    ]);
  const keys = E.traverseArray(parseVerifierKey)(key);
  if (E.isLeft(keys)) return invalid(`--key: ${keys.left}`);
  const policyText = policy === undefined ? E.right('quorum none') : readText(policy);
  if (E.isLeft(policyText)) return policyText;
  const read = parseTlogPolicy(policyText.right);
  if (E.isLeft(read)) return invalid(`${policy}: ${read.left}`);
  const logs = [...read.right.logs.map((log) => log.key), ...keys.right];
  if (logs.length === 0) {
    return invalid(
      'name the keys that you trust with --key VKEY or --policy FILE',
      'Ask for them by a way that the ledger does not control: `domicile log key` prints them where the ledger is.',
    );
  }
  const text = readText(file);
  if (E.isLeft(text)) return text;
  const proof = parseTlogProof(text.right);
  if (E.isLeft(proof)) return invalid(`${file}: ${proof.left}`);
  const { extra, index, checkpoint } = proof.right;
  if (extra === undefined) return invalid(`${file}: the proof does not hold the entry that it is about`);
  const verified = verifyTlogProof(proof.right, extra, logs);
  const judged = verifyByPolicy(checkpoint, read.right, keys.right);
  const fault = E.isLeft(verified) ? verified.left : E.isLeft(judged) ? judged.left : undefined;
  if (fault !== undefined || E.isLeft(verified) || E.isLeft(judged)) {
    terminal.out(`Not verified: ${fault}.`);
    return E.right(checkFailed);
  }
  const { origin, size } = verified.right;
  const witnesses = judged.right.witnesses.length;
  terminal.out(
    `Verified: event ${index + 1} is in the log ${origin} of ${counted(size, 'event', 'events')}.`,
  );
  terminal.out(`Signed by ${judged.right.by.map(({ name }) => name).join(', ')}.`);
  if (witnesses > 0) terminal.out(`Cosigned by ${counted(witnesses, 'witness', 'witnesses')} of the policy.`);
  terminal.out(`The entry: ${Buffer.from(extra).toString('utf8')}`);
  return E.right(success);
};

/** Adds the command. */
export const addVerify = (program: Command, terminal: Terminal): void => {
  withFormatOption(
    program
      .command('verify [proof]')
      .summary('check a whole ledger, or a proof')
      .description(
        'Without a file: checks every stored event against the Merkle tree, the tree against every checkpoint that was ever signed, the projections against a rebuild, and the vault against the log. Says what is wrong, where, and what still holds. Changes nothing, and can run beside a server. With a file: checks a proof of `domicile log prove`, without a network and without the ledger. Exits with 1 if a check fails.',
      )
      .option('--data <dir>', 'the directory of the ledger (default: LEDGER_STORE, or ./data)')
      .option('--key <vkey...>', 'a verifier key of the log that you trust')
      .option('--policy <file>', 'a trust policy of logs and witnesses (C2SP tlog-policy)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile verify
  $ domicile verify event-1.tlog-proof --key "$(head -n 1 ledger.vkey)"`,
    )
    .action((proof: string | undefined, options: VerifyOptions) =>
      runCommand(terminal, () =>
        proof === undefined ? verifyWhole(options, terminal) : verifyProof(proof, options, terminal),
      ),
    );
};
