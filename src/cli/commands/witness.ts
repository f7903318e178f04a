/**
 * `domicile witness`: runs a witness for other parties' logs (C2SP tlog-witness), as for a regulator or an auditor.
 */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Witness } from '../../witness/witness.ts';
import { portOf } from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { failureOfListening, stopAsked } from './serve.ts';

interface WitnessOptions {
  readonly data?: string;
  readonly name?: string;
  readonly logs?: ReadonlyArray<string>;
  readonly host: string;
  readonly port: number;
}

const portDefault = 8_585;

const run = async (options: WitnessOptions, terminal: Terminal): Promise<CommandResult> => {
  const { data, name, logs, host, port } = options;
  if (data === undefined) return E.left(invalidUse('name the directory of the witness with --data DIR'));
  if (logs === undefined) {
    return E.left(
      invalidUse(
        'name the logs to cosign for with --logs FILE',
        'The file is a tlog-policy: a line "log VKEY" for each key that `domicile log key` of a ledger prints, and "quorum none". A second file has those of its sealed index: `domicile log key --index`.',
      ),
    );
  }
  const [{ readTlogPolicy }, { openWitness }, { serveWitness }] = await Promise.all([
    import('../invocation/trusted-keys.ts'),
    import('../../witness/witness.ts'),
    import('../../main/serve-witness.ts'),
  ]);
  const serveUntilStopped = async (witness: Witness): Promise<number> => {
    const running = await serveWitness(witness, host, port);
    const stop = stopAsked();
    terminal.out(`${witness.name} cosigns for ${witness.logs().length} logs on ${running.url}`);
    for (const vkey of witness.vkeys()) terminal.out(vkey);
    await stop;
    await running.stop();
    return success;
  };
  return pipe(
    logs,
    E.traverseArray((file) =>
      pipe(
        readTlogPolicy(file),
        E.filterOrElse(
          (policy) => policy.logs.length > 0,
          () => invalidUse(`${file}: no line names a log: log VKEY`),
        ),
      ),
    ),
    E.flatMap((policies) =>
      pipe(
        openWitness(
          data,
          name,
          policies.flatMap((policy) => policy.logs),
          () => Date.now(),
        ),
        E.mapLeft((fault) => invalidUse(fault)),
      ),
    ),
    TE.fromEither,
    TE.flatMap((witness) =>
      TE.tryCatch(
        () => serveUntilStopped(witness),
        (error) => failureOfListening(error, host, port),
      ),
    ),
  )();
};

const showKeys = async (
  { data, name }: Pick<WitnessOptions, 'data' | 'name'>,
  terminal: Terminal,
): Promise<CommandResult> => {
  if (data === undefined) return E.left(invalidUse('name the directory of the witness with --data DIR'));
  const { witnessKeysIn } = await import('../../witness/witness.ts');
  return pipe(
    witnessKeysIn(data, name, () => Date.now()),
    E.bimap(
      (fault) => invalidUse(fault),
      (vkeys) => {
        for (const vkey of vkeys) terminal.out(vkey);
        return success;
      },
    ),
  );
};

/** Adds the command. */
export const addWitness = (program: Command, terminal: Terminal): void => {
  const witness = program
    .command('witness')
    .summary('run a witness for the logs of others')
    .description(
      'Runs a witness (C2SP tlog-witness). It cosigns the checkpoint of a log only with a proof that it continues the last one it cosigned. The first start creates its keys.',
    )
    .option('--data <dir>', 'the directory of the witness, with its keys and the cosigned checkpoints')
    .option(
      '--name <name>',
      'for the first start: the name under which it cosigns, such as witness.example/w1',
    )
    .option(
      '--logs <file...>',
      'the logs to cosign for: tlog-policies with "log VKEY" lines, one file for a log and one for its sealed index',
    )
    .option('--host <host>', 'the address to listen on', '127.0.0.1')
    .option('--port <port>', 'the port', portOf, portDefault)
    .addHelpText(
      'after',
      `
Examples:
  $ { sed 's/^/log /' ledger.vkeys; echo quorum none; } > ledger.policy
  $ { sed 's/^/log /' index.vkeys; echo quorum none; } > index.policy
  $ domicile witness --data ./witness --name witness.example/w1 --logs ledger.policy index.policy`,
    )
    .action((options: WitnessOptions) => runCommand(terminal, () => run(options, terminal)));
  witness
    .command('key')
    .summary('the verifier keys of a witness')
    .description('Prints the verifier keys (vkeys) of a witness, one per line: Ed25519 and ML-DSA-44.')
    .option('--data <dir>', 'the directory of the witness')
    .option('--name <name>', 'create the keys of a new witness with this name, before its first start')
    .action((_options, command: Command) =>
      runCommand(terminal, () => showKeys(command.optsWithGlobals<WitnessOptions>(), terminal)),
    );
};
