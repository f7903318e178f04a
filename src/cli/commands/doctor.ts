/** `domicile doctor`: checks a ledger and its environment. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { createClient } from '../../client/client.ts';
import { exact, nullable, oneOf } from '../../domain/events/codec.ts';
import type { GivenTexts } from '../../ledger/configuration/configuration-file.ts';
import { unknownVariables } from '../../ledger/configuration/given-settings.ts';
import {
  type SettingDefinition,
  settingList,
  settingNames,
} from '../../ledger/configuration/setting-list.ts';
import type { Check } from '../../ledger/examine/check.ts';
import type { Settings } from '../../ledger/settings.ts';
import type { StoreSetting } from '../../store/open/store-setting.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { configured, type LedgerOptions } from '../invocation/connection.ts';
import { checkFailed, success, unavailable } from '../invocation/exit-codes.ts';
import { type CommandResult, invalidUse, replyFrom } from '../invocation/failure.ts';
import { version } from '../invocation/package-version.ts';
import { runCommand } from '../invocation/run-command.ts';
import { withProgress } from '../invocation/with-progress.ts';
import { checkTable } from '../terminal/check-table.ts';
import { writeCsv } from '../terminal/formats.ts';
import { serverChecks } from '../terminal/server-checks.ts';
import { tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

type DoctorOptions = LedgerOptions & FormatOptions;

const Finding = exact(
  'Finding',
  {
    topic: oneOf('a topic', ['setting', 'check']),
    name: t.string,
    state: oneOf('a state', ['ok', 'warning', 'failed']),
    found: t.string,
    remedy: nullable(t.string),
  },
  { from: t.string },
);
type Finding = t.TypeOf<typeof Finding>;

/** A connection string without its user and password. */
const withoutSecrets = (store: string): string => store.replace(/\/\/[^/@]*@/, '//…@');

/** Each setting with its value and its source. */
const settingsShown = (given: GivenTexts): ReadonlyArray<Finding> =>
  settingNames.map((name): Finding => {
    const { variable, otherwise, isSecret = false } = settingList[name] as SettingDefinition<unknown>;
    const text = given[name];
    const found = text === undefined ? otherwise : isSecret ? 'given' : withoutSecrets(text.text);
    const from = text === undefined ? 'default' : text.place;
    return { topic: 'setting', name: variable, state: 'ok', found, remedy: null, from };
  });

/** Variables that look like settings but are not. */
const variablesCheck = (): ReadonlyArray<Check> => {
  const unknown = unknownVariables(process.env);
  return unknown.length === 0
    ? []
    : [
        {
          name: 'variables',
          state: 'warning',
          found: `no settings are called ${unknown.join(', ')}`,
          remedy: 'They have no effect: correct their names, or unset them',
        },
      ];
};

const finding = ({ name, state, found, remedy }: Check): Finding => ({
  topic: 'check',
  name,
  state,
  found,
  remedy,
});

const report = (findings: ReadonlyArray<Finding>, { format }: DoctorOptions, terminal: Terminal): void => {
  if (format === 'json') terminal.out(JSON.stringify({ data: findings }, undefined, 2));
  else if (format === 'ndjson') for (const each of findings) terminal.out(JSON.stringify(each));
  else if (format === 'csv') writeCsv([...Object.keys(Finding.required), 'from'], findings, terminal);
  else {
    terminal.out(`Domicile ${version()}`);
    const settings = findings.filter(({ topic }) => topic === 'setting');
    if (settings.length > 0) {
      terminal.out('');
      const settingColumns = [
        { title: 'Setting', cell: ({ name }: Finding) => name },
        { title: 'Value', cell: ({ found }: Finding) => found },
        { title: 'From', cell: ({ from = '' }: Finding) => from },
      ];
      terminal.out(tableOf(settings, settingColumns, terminal));
    }
    const checks = findings.filter(({ topic }) => topic === 'check');
    terminal.out('');
    terminal.out(checkTable(checks, terminal));
    terminal.out('');
    const bad = checks.filter(({ state }) => state !== 'ok').length;
    terminal.out(
      bad === 0 ? 'All checks passed.' : `${counted(bad, 'check needs', 'checks need')} attention.`,
    );
  }
};

const exitCodeOf = (checks: ReadonlyArray<Check>): number => {
  if (checks.some((check) => check.unreachable === true)) return unavailable;
  return checks.some(({ state }) => state === 'failed') ? checkFailed : success;
};

/** Checks the ledger that the settings name, on either kind of store. */
const examined = async (
  settings: Settings,
  store: StoreSetting,
  onProgress: (read: number, of: number) => void,
): Promise<ReadonlyArray<Check>> => {
  const { identifiersCheck } = await import('../../ledger/examine/identifiers-check.ts');
  const { peopleCheck } = await import('../../ledger/examine/people-check.ts');
  const checksOfPeople = (logFile: string): ReadonlyArray<Check> => [
    peopleCheck(settings, logFile, onProgress),
    identifiersCheck(settings, logFile, onProgress),
  ];
  if (store.kind === 'sqlite') {
    const { examine } = await import('../../ledger/examine/examine.ts');
    const { embeddedLogFile } = await import('../../store/open/open-store.ts');
    return [
      ...examine(settings, Date.now(), onProgress),
      ...checksOfPeople(embeddedLogFile(settings.dataDirectory)),
    ];
  }
  const { examineKurrentDb } = await import('../../ledger/examine/examine-kurrentdb.ts');
  const { replicaFileOf } = await import('../../store/kurrentdb/replica-format.ts');
  return [
    ...(await examineKurrentDb(settings, store.settings, Date.now(), onProgress)),
    ...checksOfPeople(replicaFileOf(settings.dataDirectory, store.settings.ledger)),
  ];
};

const vaultChecks = async ({ vault }: Settings): Promise<ReadonlyArray<Check>> => {
  if (vault === undefined) return [];
  const { examineVault } = await import('../../ledger/examine/examine-vault.ts');
  return [await examineVault(vault)];
};

const checkServer = (url: string, options: DoctorOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    replyFrom(url, () => createClient({ url, token: options.token }).health.ready()),
    TE.map((ready) => {
      const checks = serverChecks(ready, url);
      report(checks.map(finding), options, terminal);
      return exitCodeOf(checks);
    }),
  )();

const checkFiles = async (options: DoctorOptions, terminal: Terminal): Promise<CommandResult> => {
  const { readStoreSetting } = await import('../../store/open/store-setting.ts');
  return pipe(
    configured({ data: options.data }, options.config),
    E.bind('store', ({ settings }) =>
      pipe(
        readStoreSetting(settings.store),
        E.mapLeft((fault) => invalidUse(`invalid setting LEDGER_STORE: ${fault}`)),
      ),
    ),
    TE.fromEither,
    TE.bind('examination', ({ settings, store }) =>
      withProgress(terminal, async (bar) =>
        E.right(
          await examined(settings, store, (read, of) =>
            bar.update(read, of, `${wholeNumber(read)} of ${counted(of, 'event', 'events')} read`),
          ),
        ),
      ),
    ),
    TE.bind('ofVault', ({ settings }) => TE.fromTask(() => vaultChecks(settings))),
    TE.map(({ given, examination, ofVault }) => {
      const checks = [...variablesCheck(), ...examination, ...ofVault];
      report([...settingsShown(given), ...checks.map(finding)], options, terminal);
      return exitCodeOf(checks);
    }),
  )();
};

const run = (options: DoctorOptions, terminal: Terminal): Promise<CommandResult> =>
  options.url === undefined ? checkFiles(options, terminal) : checkServer(options.url, options, terminal);

/** Adds the command. */
export const addDoctor = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('doctor')
        .summary('check a ledger and its environment')
        .description(
          'Shows the settings, and where each was given. Checks the versions, the disk, every page and row of the files, whether every event can be read, and whether any event contains a person’s identifier. For a ledger on KurrentDB it also checks the server and whether the settings suit it. Changes nothing, and can run beside a server. With --url it asks a server for its health. Exits with 1 if a check failed, and with 3 if the ledger cannot be reached.',
        ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile doctor
  $ domicile doctor --data /var/lib/domicile --format json
  $ domicile doctor --url http://127.0.0.1:8484`,
    )
    .action((options: DoctorOptions) => runCommand(terminal, () => run(options, terminal)));
};
