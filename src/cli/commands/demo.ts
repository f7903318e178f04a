/**
 * `domicile demo`: the founding case on a new ledger. Starts a server, sends it the events as a service would, and shows
 * the answers.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Client, createClient, everyRow } from '../../client/client.ts';
import { exact, list } from '../../domain/events/codec.ts';
import { defaultSettings } from '../../ledger/configuration/read-settings.ts';
import { showPolicies } from '../demo/demo-policies.ts';
import { answerText, demoQuestions } from '../demo/demo-questions.ts';
import { portOf } from '../invocation/command-options.ts';
import { invalidUsage, success, unavailable } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf } from '../invocation/failure.ts';
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

/** The mark of what was known at the end of May 2022. */
const markOfMay = '2022-05-31';

/** The position of the last event that was known by a given day, according to the scenario's own list. */
const positionOfMark = async (
  ledger: Client,
  learned: string,
  atLeast: string,
): Promise<E.Either<Failure, string>> => {
  const marks = Marks.decode(JSON.parse(await readFile(join(scenario, 'learned.json'), 'utf8')));
  const mark = E.isLeft(marks) ? undefined : marks.right.find((each) => each.learned === learned);
  if (mark === undefined) {
    return E.left({ exitCode: invalidUsage, message: `learned.json of the scenario has no mark ${learned}` });
  }
  const { source, id } = mark.lastEvent;
  const events = await everyRow((page) => ledger.events.list({ ...page, source }), { atLeast });
  if (E.isLeft(events)) return E.left(failureOf(events.left, ledger.url));
  const last = events.right.data.find((event) => event.id === id);
  return last === undefined
    ? E.left({ exitCode: invalidUsage, message: `the last event of the mark ${learned} is not in the log` })
    : E.right(last.position);
};

const recordAndAsk = async (ledger: Client, terminal: Terminal): Promise<E.Either<Failure, string>> => {
  const events = createReadStream(join(scenario, 'events.ndjson'));
  const recorded = await ledger.events.emitBytes(events);
  if (E.isLeft(recorded)) return E.left(failureOf(recorded.left.error, ledger.url));
  // The questions follow at once, so they wait until the projections know every event.
  const { position } = recorded.right;
  const may = await positionOfMark(ledger, markOfMay, position);
  if (E.isLeft(may)) return may;

  terminal.out(
    `${counted(recorded.right.recorded, 'event', 'events')} of the case of TikTok’s US user data are recorded: what was stated, reported`,
  );
  terminal.out('and found from 2019 to 2026, in the order in which it was learned. The people are invented.');
  terminal.out('');
  terminal.out(
    'Every question has two clocks: when something was true, and when it was known. In May 2022, before',
  );
  terminal.out(
    `the announcement, the log had ${may.right} events (“position ${may.right}”). What was learned later counts only in what is known now.`,
  );
  for (const each of demoQuestions) {
    const lines = await each.ask(ledger, may.right);
    if (E.isLeft(lines)) return E.left(failureOf(lines.left, ledger.url));
    terminal.out('');
    terminal.out('');
    for (const line of answerText(each, lines.right, terminal)) terminal.out(line);
  }
  terminal.out('');
  terminal.out('');
  const told = await showPolicies(ledger, terminal);
  if (E.isLeft(told)) return told;
  return may;
};

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

const run = async (options: DemoOptions, terminal: Terminal): Promise<CommandResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'domicile-demo-'));
  try {
    const server = await started({
      ...defaultSettings,
      store: `sqlite:${directory}`,
      dataDirectory: directory,
      port: options.port ?? defaultSettings.port,
    });
    if (E.isLeft(server)) return server;
    const { url } = server.right;
    try {
      const stop = stopAsked();
      const may = await recordAndAsk(createClient({ url }), terminal);
      if (E.isLeft(may)) return may;
      if (options.exit === true) return E.right(success);
      await suggestQuestions(url, may.right, terminal);
      terminal.out('');
      terminal.out('Press Ctrl-C to stop the server. That also deletes its temporary ledger.');
      await stop;
      return E.right(success);
    } finally {
      await server.right.stop();
    }
  } catch (error) {
    return E.left({ exitCode: unavailable, message: error instanceof Error ? error.message : String(error) });
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
