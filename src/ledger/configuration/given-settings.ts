/** The order of precedence of settings: an option, then the environment, then the file, then the default. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  type GivenText,
  type GivenTexts,
  readConfigurationFile,
  type SettingFault,
} from './configuration-file.ts';
import { type SettingName, settingList, settingNames } from './setting-list.ts';
import { storeText } from './setting-texts.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings may come from. */
export interface SettingSources {
  /** The options of the command line, by the names of the settings. */
  readonly options?: Partial<Readonly<Record<SettingName, string | undefined>>> | undefined;
  /** The file that the option `--config` names. */
  readonly configOption?: string | undefined;
  readonly environment: Environment;
  /** The working directory, which may contain `domicile.yaml`. */
  readonly directory: string;
}

const fromOptions = (options: SettingSources['options'] = {}): GivenTexts => {
  const given: Partial<Record<SettingName, GivenText>> = {};
  for (const name of settingNames) {
    const text = options[name];
    if (text !== undefined) given[name] = { text, place: `--${settingList[name].key}` };
  }
  // A directory named on the command line is that of an embedded ledger.
  if (given.data !== undefined && given.store === undefined)
    given.store = { text: `sqlite:${given.data.text}`, place: given.data.place };
  return given;
};

const fromEnvironment = (environment: Environment): GivenTexts => {
  const given: Partial<Record<SettingName, GivenText>> = {};
  for (const name of settingNames) {
    const { variable } = settingList[name];
    const text = environment[variable];
    if (text !== undefined && text !== '') given[name] = { text, place: variable };
  }
  return given;
};

const namedFile = ({ configOption, environment }: SettingSources): GivenText | undefined => {
  if (configOption !== undefined) return { text: configOption, place: '--config' };
  const { LEDGER_CONFIG: text = '' } = environment;
  return text === '' ? undefined : { text, place: 'LEDGER_CONFIG' };
};

/**
 * Refuses a directory on the command line if another source names a ledger on KurrentDB: it is unclear which one is
 * meant.
 */
const besideServer = (
  { store }: GivenTexts,
  options: SettingSources['options'],
): E.Either<ReadonlyArray<SettingFault>, void> => {
  if (options?.data === undefined || options.store !== undefined || !isOnKurrentDb(store))
    return E.right(undefined);
  return E.left([
    {
      place: `--${settingList.data.key}`,
      message: `names an embedded ledger, and ${store?.place} names one on KurrentDB. For the embedded ledger, unset ${store?.place}; for the one on KurrentDB, leave out --data, and set LEDGER_DATA=${options.data} if its local files are there`,
    },
  ]);
};

const isOnKurrentDb = (store: GivenText | undefined): boolean =>
  store !== undefined && E.isRight(storeText(store.text)) && !store.text.startsWith('sqlite:');

/** The text and place of each setting that was given. */
export const givenSettings = (sources: SettingSources): E.Either<ReadonlyArray<SettingFault>, GivenTexts> =>
  pipe(
    readConfigurationFile(namedFile(sources), sources.directory),
    E.flatMap((file) => {
      const stated = { ...file, ...fromEnvironment(sources.environment) };
      return pipe(
        besideServer(stated, sources.options),
        E.map((): GivenTexts => ({ ...stated, ...fromOptions(sources.options) })),
      );
    }),
    E.map((given) =>
      given.store === undefined && given.data !== undefined
        ? { ...given, store: { text: `sqlite:${given.data.text}`, place: given.data.place } }
        : given,
    ),
  );

/** Variables that look like settings but are not, such as misspelt ones. */
export const unknownVariables = (environment: Environment): ReadonlyArray<string> => {
  const known = new Set<string>([
    ...settingNames.map((name) => settingList[name].variable),
    'LEDGER_CONFIG',
    'LEDGER_TOKEN',
  ]);
  return Object.keys(environment)
    .filter((name) => name.startsWith('LEDGER_') && !known.has(name))
    .sort();
};
