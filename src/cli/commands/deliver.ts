/** `domicile deliver`: sends new findings to a webhook or a file. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Client, patiently, type RetryPolicy } from '../../client/client.ts';
import type { DeliveryState } from '../delivery/delivery-state.ts';
import type { Change } from '../delivery/finding-message.ts';
import type { Sink } from '../delivery/sinks.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success, unavailable } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { readText } from '../invocation/trusted-keys.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';
import { stopAsked } from './serve.ts';

interface DeliverOptions extends LedgerOptions {
  readonly to: string;
  readonly state: string;
  readonly secretFile?: string;
  readonly since?: string;
  readonly policy?: string;
  readonly changes: ReadonlyArray<Change>;
  readonly every: number;
  readonly once?: boolean;
}

/** Changes, in the order of delivery within one answer. */
const changeWords = ['opened', 'lengthened', 'shortened', 'closed'] as const satisfies ReadonlyArray<Change>;

const everySecondsDefault = 10;
const everySecondsMax = 86_400;

/** A failing receiver is retried after 1 s, then at growing intervals of up to 5 minutes. */
const firstWaitMs = 1_000;
const waitMsMax = 300_000;
/** Attempts for a message if the command should end: about ten minutes. */
const onceAttemptsMax = 10;

const isWebAddress = (to: string): boolean => /^https?:$/.test(URL.parse(to)?.protocol ?? '');

const howToMakeSecret = '(umask 077; echo "whsec_$(openssl rand -base64 32)" > webhook.secret)';

const sinkOf = async ({ to, secretFile }: DeliverOptions): Promise<E.Either<Failure, Sink>> => {
  const [{ fileSink, webhookSink }, { readSecrets }] = await Promise.all([
    import('../delivery/sinks.ts'),
    import('../delivery/finding-message.ts'),
  ]);
  if (!isWebAddress(to))
    return /^\w+:\/\//.test(to)
      ? E.left(invalidUse('--to: expected an address with http or https, or a file'))
      : E.right(fileSink(to));
  if (secretFile === undefined)
    return E.left(
      invalidUse(
        'expected --secret-file: messages to a webhook must be signed',
        `Create a secret, and give it to the receiver too: ${howToMakeSecret}`,
      ),
    );
  return pipe(
    readText(secretFile),
    E.flatMap((text) =>
      pipe(
        readSecrets(text),
        E.mapLeft((fault) => invalidUse(`--secret-file: ${fault}`, `Create one: ${howToMakeSecret}`)),
      ),
    ),
    E.map((secrets) => webhookSink(to, secrets, () => Date.now())),
  );
};

/** Waits, unless the command is stopped. */
const pause = (seconds: number, signal: AbortSignal): Promise<void> =>
  patiently.wait(seconds * 1_000, signal);

/** The start of the delivery: the stored state, or a new one. */
const startingState = async (
  ledger: Client,
  signal: AbortSignal,
  { state: file, since, url }: DeliverOptions,
  terminal: Terminal,
): Promise<E.Either<Failure, DeliveryState>> => {
  const { keepState, readState } = await import('../delivery/delivery-state.ts');
  const { positionNow } = await import('../delivery/deliver-findings.ts');
  const begin = (position: string): DeliveryState => {
    const state: DeliveryState = { position, under: null };
    keepState(file, state);
    terminal.note(`Delivers findings that are learned after position ${position}.`);
    return state;
  };
  const hint = `${file} already holds the position of the last delivery, so --since does not apply`;
  return pipe(
    TE.fromEither(readState(file)),
    TE.flatMap((kept) => {
      if (kept !== undefined)
        return since === undefined ? TE.right(kept) : TE.left(invalidUse(hint, 'Leave it out.'));
      return pipe(
        since === undefined ? () => positionNow(ledger, signal) : TE.right(since),
        TE.bimap((error) => failureOf(error, url), begin),
      );
    }),
  )();
};

const delivered = async (
  ledger: Client,
  sink: Sink,
  signal: AbortSignal,
  options: DeliverOptions,
  from: DeliveryState,
  terminal: Terminal,
): Promise<CommandResult> => {
  const { state: file, policy, once = false, every, url } = options;
  const { keepState } = await import('../delivery/delivery-state.ts');
  const { deliverOnce, reasonOf } = await import('../delivery/deliver-findings.ts');
  let state = from;
  const retry: RetryPolicy = {
    ...patiently,
    ...{ firstWaitMs, waitMsMax, attemptsMax: once ? onceAttemptsMax : Number.POSITIVE_INFINITY },
  };
  let messages = 0;
  for (;;) {
    const round = await deliverOnce(
      {
        ...{ ledger, sink, policy, wanted: new Set(options.changes), retry, signal, now: () => Date.now() },
        keep: (reached) => {
          state = reached;
          keepState(file, reached);
        },
        onRetry: (reason, waitMs) =>
          terminal.note(`${reason}; trying again in ${(waitMs / 1_000).toFixed(1)} s`),
        onDelivered: (count) => {
          messages += count;
        },
      },
      state,
    );
    if (E.isLeft(round)) {
      const { left } = round;
      if (left.kind === 'put-back')
        return E.left({
          exitCode: checkFailed,
          message: reasonOf(left),
          hint: `Some of its events are lost. Find out which, then start again: remove ${file} and give --since.`,
        });
      if (left.kind === 'sink') return E.left({ exitCode: unavailable, message: reasonOf(left) });
      if (left.kind === 'ledger') {
        if (once || (left.error.kind === 'problem' && left.error.status < 500))
          return E.left(failureOf(left.error, url));
        terminal.note(`${reasonOf(left)}; trying again in ${every} s`);
      }
    }
    if (once || signal.aborted) {
      terminal.out(
        `Delivered ${counted(messages, 'message', 'messages')}. The next delivery starts after position ${state.position}.`,
      );
      return E.right(success);
    }
    await pause(every, signal);
  }
};

const run = (options: DeliverOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    () => sinkOf(options),
    TE.flatMap((sink) => async () => {
      const stop = new AbortController();
      void stopAsked().then(() => stop.abort());
      try {
        return await withLedger({ ...options, pseudonyms: true }, terminal, false, (ledger) =>
          pipe(
            () => startingState(ledger, stop.signal, options, terminal),
            TE.flatMap((state) => () => delivered(ledger, sink, stop.signal, options, state, terminal)),
          )(),
        );
      } finally {
        sink.close();
      }
    }),
  )();

const changesOf = (text: string): ReadonlyArray<Change> => {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !changeWords.some((each) => each === word));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`Expected ${changeWords.join(', ')}, separated by commas.`);
  return words as ReadonlyArray<Change>;
};

const everyOf = (text: string): number => {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > everySecondsMax)
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${everySecondsMax}.`);
  return seconds;
};

const positionOf = (text: string): string => {
  if (!/^\d{1,16}$/.test(text))
    throw new InvalidArgumentError('Expected a position in the log, such as 1234.');
  return text;
};

/** Adds the command. */
export const addDeliver = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    program
      .command('deliver')
      .summary('send new findings to a webhook, or append them to a file')
      .description(
        'Sends each new finding to a webhook, signed as Standard Webhooks specifies, or appends it to a file as a line of JSON. A state file keeps the position, so an interruption loses nothing: each message is delivered at least once. No message names a person.',
      ),
  )
    .requiredOption('--to <place>', 'the address of a webhook, or a file')
    .requiredOption('--state <file>', 'the state file, which keeps the position')
    .option(
      '--secret-file <file>',
      'the file with the secret that signs (whsec_…); with several lines, each signs',
    )
    .option(
      '--since <position>',
      'if there is no state file yet, start after this position (default: now)',
      positionOf,
    )
    .option('--policy <policy>', 'only findings of this policy')
    .addOption(
      new Option('--changes <changes>', 'which changes to send: opened, lengthened, shortened, closed')
        .argParser(changesOf)
        .default(['opened'], 'opened'),
    )
    .option('--every <seconds>', 'how often to ask the ledger', everyOf, everySecondsDefault)
    .option('--once', 'end when everything known now is delivered')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile deliver --to https://siem.example.com/hooks/domicile --secret-file webhook.secret --state delivered.json --url http://127.0.0.1:8484
  $ domicile deliver --to findings.ndjson --state delivered.json --since 0 --once`,
    )
    .action((options: DeliverOptions) => runCommand(terminal, () => run(options, terminal)));
};
