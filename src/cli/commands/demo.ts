/**
 * `domicile demo`: the founding case on a new ledger. It starts a server, sends it the events as a service would,
 * and shows the answers.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Client, createClient, type EmitProgress, everyRow } from '../../client/client.ts';
import { exact, list } from '../../domain/events/codec.ts';
import { defaultSettings } from '../../ledger/configuration/read-settings.ts';
import { showPolicies } from '../demo/demo-policies.ts';
import { answerText, demoQuestions } from '../demo/demo-questions.ts';
import { portOf } from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse, replyFrom } from '../invocation/failure.ts';
import { ownCommand } from '../invocation/own-command.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';
import { started, stopAsked } from './serve.ts';

interface DemoOptions {
  readonly port?: number;
  readonly exit?: boolean;
}

const scenario = fileURLToPath(new URL('../../../scenarios/tiktok-us/', import.meta.url));

const Marks = list(
  exact(
    'Mark',
    { learned: t.string, lastEvent: exact('LastEvent', { source: t.string, id: t.string }, {}) },
    {},
  ),
);

/** Marks what was known at the end of May 2022. */
const markOfMay = '2022-05-31';

/** The marks in the scenario's list of what became known when. */
const marks: TE.TaskEither<Failure, t.TypeOf<typeof Marks>> = async () =>
  pipe(
    Marks.decode(JSON.parse(await readFile(join(scenario, 'learned.json'), 'utf8'))),
    E.mapLeft(() => invalidUse('learned.json of the scenario is not a list of marks')),
  );

/** The position of the last event known by a given day, according to the scenario's list. */
const positionOfMark = (ledger: Client, learned: string, atLeast: string): TE.TaskEither<Failure, string> =>
  pipe(
    marks,
    TE.flatMapOption(
      (all) => O.fromNullable(all.find((mark) => mark.learned === learned)),
      () => invalidUse(`learned.json of the scenario has no mark ${learned}`),
    ),
    TE.flatMap(({ lastEvent: { source, id } }) =>
      pipe(
        replyFrom(ledger.url, () => everyRow((page) => ledger.events.list({ ...page, source }), { atLeast })),
        TE.flatMapOption(
          ({ data }) => O.fromNullable(data.find((event) => event.id === id)),
          () => invalidUse(`the last event of the mark ${learned} is not in the log`),
        ),
      ),
    ),
    TE.map(({ position }) => position),
  );

const recorded = (ledger: Client): TE.TaskEither<Failure, EmitProgress> =>
  pipe(
    () => ledger.events.emitBytes(createReadStream(join(scenario, 'events.ndjson'))),
    TE.mapLeft(({ error }) => failureOf(error, ledger.url)),
  );

const introduce = (events: number, may: string, terminal: Terminal): void => {
  terminal.out(
    `${counted(events, 'event', 'events')} of the case of TikTok’s US user data are recorded: what was stated, reported`,
  );
  terminal.out('and found from 2019 to 2026, in the order in which it was learned. The people are invented.');
  terminal.out('');
  terminal.out(
    'Every question has two clocks: when something was true, and when it was known. In May 2022, before',
  );
  terminal.out(
    `the announcement, the log had ${may} events (“position ${may}”). What was learned later counts only in what is known now.`,
  );
};

const askEach = (ledger: Client, may: string, terminal: Terminal): TE.TaskEither<Failure, unknown> =>
  pipe(
    demoQuestions,
    TE.traverseSeqArray((question) =>
      pipe(
        replyFrom(ledger.url, () => question.ask(ledger, may)),
        TE.tapIO((lines) => () => {
          for (const line of ['', '', ...answerText(question, lines, terminal)]) terminal.out(line);
        }),
      ),
    ),
  );

/** Records the events and shows the answers. Returns the position of the log at the end of May 2022. */
const recordAndAsk = (ledger: Client, terminal: Terminal): TE.TaskEither<Failure, string> =>
  pipe(
    TE.Do,
    TE.bind('recorded', () => recorded(ledger)),
    // The questions follow immediately, so they wait until the projections know every event.
    TE.bind('may', ({ recorded: { position } }) => positionOfMark(ledger, markOfMay, position)),
    TE.tap(({ recorded: { recorded: events }, may }) => {
      introduce(events, may, terminal);
      return askEach(ledger, may, terminal);
    }),
    TE.tap(() => {
      terminal.out('');
      terminal.out('');
      return showPolicies(ledger, terminal);
    }),
    TE.map(({ may }) => may),
  );

/** Whether the server has a page at its root. */
const hasConsole = async (url: string): Promise<boolean> => {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.ok;
};

const suggestQuestions = async (url: string, may: string, terminal: Terminal): Promise<void> => {
  terminal.out('');
  terminal.out('');
  terminal.out(terminal.style('bold', `The server is running on ${url}`));
  terminal.out('');
  terminal.out('Try, in another terminal:');
  terminal.out(`  curl '${url}/v1/subjects/ana/residency?validAt=2022-06-30'`);
  terminal.out(`  curl '${url}/v1/subjects/ana/residency?validAt=2022-06-30&knownPosition=${may}'`);
  terminal.out(`  curl '${url}/v1/sites/singapore/holdings?validAt=2026-11-01'`);
  terminal.out(`  ${ownCommand} history hugo --url ${url}`);
  terminal.out(`  ${ownCommand} who ben --valid-at 2022-06-20 --url ${url}`);
  terminal.out(`  ${ownCommand} trail dora --url ${url}`);
  terminal.out(`  ${ownCommand} who ana --valid-at 2022-06-30 --url ${url}`);
  terminal.out(`  ${ownCommand} findings --policy us-data-2022 --url ${url}`);
  if (await hasConsole(url)) terminal.out(`Or open the console in a browser: ${url}/`);
  terminal.out(`The API describes itself at ${url}/openapi.json`);
};

const showAt = (url: string, options: DemoOptions, terminal: Terminal): TE.TaskEither<Failure, number> => {
  const stop = stopAsked();
  return pipe(
    recordAndAsk(createClient({ url }), terminal),
    TE.flatMapTask((may) => async () => {
      if (options.exit === true) return success;
      await suggestQuestions(url, may, terminal);
      terminal.out('');
      terminal.out('Press Ctrl-C to stop the server. That also deletes its temporary ledger.');
      await stop;
      return success;
    }),
  );
};

const run = async (options: DemoOptions, terminal: Terminal): Promise<CommandResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'domicile-demo-'));
  const settings = {
    ...defaultSettings,
    store: `sqlite:${directory}`,
    dataDirectory: directory,
    port: options.port ?? defaultSettings.port,
  };
  try {
    return await pipe(
      started(settings),
      TE.flatMap((server) => () => showAt(server.url, options, terminal)().finally(() => server.stop())),
    )();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Adds the command. */
export const addDemo = (program: Command, terminal: Terminal): void => {
  program
    .command('demo')
    .summary('see the founding case at work')
    .description(
      'Starts a server on a new temporary ledger and sends it the events of the founding case over HTTP. Shows the answers as known in May 2022 and as known now. The server then keeps running.',
    )
    .option('--port <port>', 'the port (default: 8484)', portOf)
    .option('--exit', 'stop after the answers')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile demo
  $ domicile demo --port 0 --exit`,
    )
    .action((options: DemoOptions) => runCommand(terminal, () => run(options, terminal)));
};
