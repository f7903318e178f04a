/**
 * The configuration file, `domicile.yaml`: a mapping from names of settings to their values, in YAML 1.2.
 *
 * A list stands for items separated by commas. Paths are relative to the directory of the file.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { LineCounter, Pair, Scalar } from 'yaml';
import { closest } from '../../domain/events/closest.ts';
import { type SettingDefinition, type SettingName, settingList, settingNames } from './setting-list.ts';

/** An invalid setting: where it was given, and what was expected. */
export interface SettingFault {
  /** Such as `LEDGER_PORT`, `--port` or `domicile.yaml:3: port`. */
  readonly place: string;
  readonly message: string;
}

/** The text of a setting, and where it was given. */
export interface GivenText {
  readonly text: string;
  readonly place: string;
}

export type GivenTexts = Partial<Readonly<Record<SettingName, GivenText>>>;

/** Loaded only if there is a file: loading it takes as long as the rest of a small command. */
const yaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml');

/** The name of the file to read by default. */
const defaultFile = 'domicile.yaml';
/** The largest configuration file, in bytes. */
const fileBytesMax = 1_048_576;

const fault = (place: string, message: string): ReadonlyArray<SettingFault> => [{ place, message }];

const nameOf = (key: string): SettingName | undefined =>
  settingNames.find((name) => settingList[name].key === key);

/** Resolves a path, or the path in the name of a store, against a directory. */
const from = (directory: string, { path }: SettingDefinition<unknown>, text: string): string => {
  if (path === 'path') return resolve(directory, text);
  return path === 'store' && text.startsWith('sqlite:')
    ? `sqlite:${resolve(directory, text.slice('sqlite:'.length))}`
    : text;
};

/** The source text of a value, so that `08` and `1e3` are not read as other numbers. */
const textOf = (value: unknown): string | undefined => {
  const { isScalar, isSeq } = yaml();
  if (isScalar(value)) {
    if (value.value === null || value.value === undefined || value.value === '') return undefined;
    return typeof value.value === 'string' ? value.value : ((value as Scalar).source ?? String(value.value));
  }
  if (!isSeq(value) || value.items.length === 0) return undefined;
  const items = value.items.map((item) => (isScalar(item) ? textOf(item) : undefined));
  return items.every((item) => item !== undefined && !item.includes(',')) ? items.join(',') : undefined;
};

/** The file as pairs of a key and a value. */
const pairsOf = (
  shown: string,
  source: string,
  lines: LineCounter,
): E.Either<ReadonlyArray<SettingFault>, ReadonlyArray<Pair>> => {
  const { isMap, parseDocument } = yaml();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return E.left(
      document.errors.map(({ message, pos }) => ({
        place: `${shown}:${lines.linePos(pos[0]).line}`,
        message,
      })),
    );
  }
  if (document.contents === null) return E.right([]);
  return isMap(document.contents)
    ? E.right(document.contents.items)
    : E.left(fault(`${shown}:1`, 'expected lines such as "port: 8484"'));
};

/** The settings of a file, or all its faults. */
const textsIn = (
  file: string,
  shown: string,
  source: string,
): E.Either<ReadonlyArray<SettingFault>, GivenTexts> => {
  const { isScalar, LineCounter } = yaml();
  const lines = new LineCounter();
  const pairs = pairsOf(shown, source, lines);
  if (E.isLeft(pairs)) return pairs;
  const faults: SettingFault[] = [];
  const given: Partial<Record<SettingName, GivenText>> = {};
  for (const { key, value } of pairs.right) {
    const written = isScalar(key) ? String(key.value) : '';
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const place = `${shown}:${lines.linePos(offset).line}: ${written}`;
    const name = nameOf(written);
    const text = textOf(value);
    if (name === undefined) {
      const best = closest(
        written,
        settingNames.map((each) => settingList[each].key),
      );
      const hint = best === undefined ? '' : `; did you mean ${best}?`;
      faults.push({ place, message: `there is no setting with this name${hint}` });
    } else if (text === undefined) {
      faults.push({ place, message: 'expected a value, or a list of values' });
    } else given[name] = { text: from(dirname(resolve(file)), settingList[name], text), place };
  }
  return faults.length > 0 ? E.left(faults) : E.right(given);
};

/**
 * Reads the configuration file.
 *
 * @param named by an option or the environment. By default, `domicile.yaml` is read if the directory has one.
 */
export const readConfigurationFile = (
  named: GivenText | undefined,
  directory: string,
): E.Either<ReadonlyArray<SettingFault>, GivenTexts> => {
  const file = resolve(directory, named?.text ?? defaultFile);
  if (named === undefined && !existsSync(file)) return E.right({});
  const inside = relative(directory, file);
  const shown = inside.startsWith('..') ? file : inside;
  try {
    if (statSync(file).size > fileBytesMax)
      return E.left(fault(shown, `expected at most ${fileBytesMax} bytes`));
    return textsIn(file, shown, readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const place = named === undefined ? shown : named.place;
    return E.left(fault(place, `the configuration file ${shown} cannot be read (${why})`));
  }
};
