/** `domicile monitor`: keeps an independent copy of a ledger and verifies its operator. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { checkFailed, success, unavailable } from '../invocation/exit-codes.ts';
import { type CommandResult, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wholeNumber } from '../terminal/wording.ts';
import { stopAsked } from './serve.ts';

interface MonitorOptions {
  readonly dir: string;
  readonly key?: ReadonlyArray<string>;
  readonly policy?: string;
  readonly token?: string;
  readonly once?: boolean;
  readonly fail?: boolean;
  readonly questions: number;
  readonly interval: number;
}

const questionsDefault = 20;
const questionsMax = 10_000;
const intervalSecondsDefault = 10;
const intervalSecondsMax = 86_400;
const msPerSecond = 1_000;

const countUpTo =
  (max: number) =>
  (text: string): number => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count > max)
      throw new InvalidArgumentError(`Expected a whole number from 0 to ${max}.`);
    return count;
  };

const run = async (url: string, options: MonitorOptions, terminal: Terminal): Promise<CommandResult> => {
  const { dir, token = process.env.LEDGER_TOKEN, once, fail, questions, interval } = options;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    return E.left(invalidUse('expected the address of a ledger, such as https://ledger.example.com'));
  const [{ trustedBy }, { Operator }, { OwnLedger }, { Monitor }, { keepEvidence }] = await Promise.all([
    import('../invocation/trusted-keys.ts'),
    import('../../monitor/operator.ts'),
    import('../../monitor/own-ledger.ts'),
    import('../../monitor/monitor.ts'),
    import('../../monitor/evidence.ts'),
  ]);
  const trusted = trustedBy(options);
  if (E.isLeft(trusted)) return trusted;
  const own = new OwnLedger(dir, Date.now());
  const bar = new ProgressBar(terminal, () => performance.now());
  const monitor = new Monitor(new Operator(url, token), own, {
    ...trusted.right,
    questions,
    now: () => Date.now(),
    random: Math.random,
    onProgress: (done, of) =>
      bar.update(done, of, `${wholeNumber(done)} of ${wholeNumber(of)} events checked`),
  });
  let stopped = false;
  // A single round ends with the process; between rounds it stops gracefully.
  const stop =
    once === true
      ? undefined
      : stopAsked().then(() => {
          stopped = true;
        });
  let lies = 0;
  try {
    for (;;) {
      const round = await monitor.round();
      bar.end();
      if (round.kind === 'holds')
        terminal.out(
          `${wholeNumber(round.size)} events verified; ${round.asked} answers match those derived here.`,
        );
      else if (round.kind === 'no-answer') {
        if (once === true) return E.left({ exitCode: unavailable, message: round.reason });
        terminal.note(round.reason);
      } else {
        lies++;
        const file = keepEvidence(dir, round.evidence, Date.now());
        terminal.out(`Problem: ${round.evidence.what}. The evidence is in ${file}`);
        if (fail === true || round.final) return E.right(checkFailed);
      }
      if (once === true || stopped) return E.right(lies > 0 && fail === true ? checkFailed : success);
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise((resolve) => {
        timer = setTimeout(resolve, interval * msPerSecond);
      });
      await Promise.race([pause, stop]);
      clearTimeout(timer);
      if (stopped) return E.right(success);
    }
  } finally {
    await own.close();
  }
};

/** Adds the command. */
export const addMonitor = (program: Command, terminal: Terminal): void => {
  program
    .command('monitor <url>')
    .summary('keep an independent copy of a ledger, and check its answers')
    .description(
      'Follows a ledger: checks every checkpoint, entry and stored event, keeps a copy, asks the operator random questions, and derives each answer itself. Keeps evidence of every problem. It sees only pseudonyms.',
    )
    .requiredOption('--dir <dir>', 'the directory of the copy and of the evidence')
    .option('--key <vkey...>', 'a verifier key of the ledger that you trust')
    .option('--policy <file>', 'the logs and witnesses that you trust, as a tlog-policy')
    .option('--token <token>', 'the token of a key with the scope audit (default: LEDGER_TOKEN)')
    .option('--once', 'end after one round')
    .option('--fail', 'end with exit code 1 if an answer differs')
    .option('--questions <count>', 'questions in each round', countUpTo(questionsMax), questionsDefault)
    .option(
      '--interval <seconds>',
      'time between rounds',
      countUpTo(intervalSecondsMax),
      intervalSecondsDefault,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile monitor https://ledger.example.com --dir ./copy --key "$(head -n 1 ledger.vkeys)"
  $ domicile monitor https://ledger.example.com --dir ./copy --policy trusted.policy --once --fail

An invalid checkpoint, entry or event always ends it with exit code 1.`,
    )
    .action((url: string, options: MonitorOptions) =>
      runCommand(terminal, () => run(url, options, terminal)),
    );
};
