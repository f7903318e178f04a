/**
 * Identifiers: the names of things as the world has them. Two are equal when their characters are.
 *
 * Refused is what looks like something else, or is read as something else: characters that nobody sees or that reorder
 * others, another normal form of Unicode (UAX 15) than C, and the names that an address takes for folders.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, escapePointer, type Fault } from './fault.ts';
import type { JsonObject } from './json-object.ts';
import { listPlace, visitNames } from './places.ts';

/** Characters (Unicode scalar values) of an identifier, at most. */
export const identifierCharactersMax = 512;

/** One space between others; nearly all identifiers are ASCII. */
const ascii = /^[!-~]+(?: [!-~]+)*$/;
const allowed = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{M}\p{N}\p{P}\p{S}]+)*$/u;
/** What `allowed` says, for a JSON Schema. */
export const identifierPattern = '^[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]+( [\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]+)*$';

const charactersOf = (value: string): number => {
  let characters = 0;
  for (const _ of value) characters++;
  return characters;
};

const isIdentifier = (value: string): boolean => {
  if (value.length <= identifierCharactersMax && ascii.test(value)) return true;
  return (
    value.length <= 2 * identifierCharactersMax &&
    allowed.test(value) &&
    value.normalize('NFC') === value &&
    charactersOf(value) <= identifierCharactersMax
  );
};

/** The kind of a character that identifiers may not contain; undefined if they may. */
const kindOf = (character: string): string | undefined => {
  if (/[\n\r\u0085\u2028\u2029]/.test(character)) return 'a line end';
  if (/\p{Cc}/u.test(character)) return 'a control character';
  if (/\p{Cf}/u.test(character)) return 'an invisible format character';
  if (/\p{Cs}/u.test(character)) return 'an unpaired surrogate';
  if (/\p{Co}/u.test(character)) return 'a private-use character';
  if (/\p{Cn}/u.test(character)) return 'a character that Unicode has not assigned';
  if (/(?! )\p{Z}/u.test(character)) return 'a space other than U+0020';
  return undefined;
};

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

const normalFormFault = (characters: ReadonlyArray<string>): string | undefined => {
  const normal = [...characters.join('').normalize('NFC')];
  const at = characters.findIndex((character, index) => character !== normal[index]);
  return at === -1
    ? undefined
    : `with ${codePoint(characters[at]!)} at character ${at + 1}, where normal form C (NFC) has ${codePoint(normal[at]!)}`;
};

/** What is wrong with a text that is not an identifier: the first invalid character, by its code point and place. */
const faultIn = (value: string): string => {
  const characters = [...value];
  if (characters.length > identifierCharactersMax) return `a string of ${characters.length} characters`;
  for (const [index, character] of characters.entries()) {
    const kind = kindOf(character);
    if (kind !== undefined)
      return `a string with ${codePoint(character)}, ${kind}, at character ${index + 1}`;
    if (character !== ' ') continue;
    if (index === 0) return 'a string that begins with a space (U+0020)';
    if (index === characters.length - 1) return 'a string that ends with a space (U+0020)';
    if (characters[index - 1] === ' ')
      return `a string with a second space (U+0020) in a row, at character ${index + 1}`;
  }
  const normal = normalFormFault(characters);
  return normal === undefined ? describe(value) : `a string ${normal}`;
};

const name = `an identifier of 1 to ${identifierCharactersMax} characters: letters, marks, digits, punctuation, symbols and single spaces within, in Unicode's normal form C`;

/** 1 to 512 letters, marks, digits, punctuation, symbols and inner single spaces, in NFC. */
export const Identifier: t.Type<string, string, unknown> = new t.Type(
  name,
  (value): value is string => typeof value === 'string' && isIdentifier(value),
  (input, context) => {
    if (typeof input === 'string' && isIdentifier(input)) return E.right(input);
    const found = typeof input === 'string' && input !== '' ? faultIn(input) : describe(input);
    return E.left([{ value: input, context, message: `found ${found}; expected ${name}` }]);
  },
  t.identity,
);

/** URLs treat these as the directory itself and its parent. Logs of earlier versions may contain them. */
const folders: ReadonlySet<string> = new Set(['.', '..']);
const none: ReadonlyArray<Fault> = [];

/** Whether any text in the data is such a name. Next to none is, and this takes a fraction of the time of `visitNames`. */
const hasFolder = (value: unknown): boolean => {
  if (typeof value === 'string') return value.length <= 2 && folders.has(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasFolder);
  for (const field in value) if (hasFolder((value as JsonObject)[field])) return true;
  return false;
};

/** Names in an event's data that new events may not use as identifiers, although earlier versions recorded them. */
export const folderNames = (data: JsonObject, beneath = '/data'): ReadonlyArray<Fault> => {
  if (!hasFolder(data)) return none;
  const faults: Fault[] = [];
  let ofList = 0;
  visitNames(data, (place, found) => {
    const at = place === listPlace ? `/${ofList++}` : '';
    if (!folders.has(found)) return;
    const pointer = `${beneath}/${place.split('.').map(escapePointer).join('/')}${at}`;
    const what = found === '.' ? 'U+002E alone' : 'U+002E twice and nothing else';
    faults.push({
      pointer,
      message: `found ${what}, which a URL treats as a directory; expected ${name}`,
    });
  });
  return faults;
};
