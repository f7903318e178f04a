/**
 * Identifiers of people in other strings of an event than those that name its subjects (R21). The vault cannot take
 * them out of there, so they would stay forever, and be shown to callers who may not identify anybody.
 *
 * An event carries an identifier of three characters or more if a string contains it as a word (see `word-search.ts`),
 * also percent-encoded (RFC 3986), or in another normal form of Unicode. Times and fixed words are not searched.
 */
import type { Attributes } from './attributes.ts';
import type { Event } from './event.ts';
import { escapePointer } from './fault.ts';
import { placesOf } from './places.ts';
import { type WordSearch, wordSearch } from './word-search.ts';

/** Shorter identifiers are found in too many strings by chance. */
const carriedCharactersMin = 3;
/** Up to this many identifiers are searched one by one, which is faster. */
const fewIdentifiersMax = 8;

/** Attributes of the envelope that hold fixed words or are searched separately. */
const notOfEnvelope: ReadonlySet<string> = new Set(['type', 'time', 'assurance', 'data', 'attributes']);
/** Fields of fixed words and of times, in the data of events that name subjects. */
const notOfData: ReadonlySet<string> = new Set(['action', 'actions', 'expires', 'time']);
const subjectPlaces: ReadonlySet<string> = new Set(placesOf('subject'));

/** Shows each string with its place: the place of a name in data, as in `places.ts`, and a JSON pointer. */
type Visit = (text: string, pointer: string) => string;

const isWanted = (identifier: string): boolean =>
  identifier.length >= carriedCharactersMin && [...identifier.slice(0, 6)].length >= carriedCharactersMin;

const mapStrings = (value: unknown, place: string, pointer: string, visit: Visit): unknown => {
  if (typeof value === 'string') return visit(value, pointer);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const mapped = value.map((each, index) => mapStrings(each, place, `${pointer}/${index}`, visit));
    return mapped.some((each, index) => each !== value[index]) ? mapped : value;
  }
  const changed: Record<string, unknown> = {};
  let isChanged = false;
  for (const [field, each] of Object.entries(value)) {
    if (typeof each === 'number') continue;
    const at = place === '' ? field : `${place}.${field}`;
    if (subjectPlaces.has(at) || notOfData.has(field)) continue;
    const now = mapStrings(each, at, `${pointer}/${escapePointer(field)}`, visit);
    if (now === each) continue;
    changed[field] = now;
    isChanged = true;
  }
  return isChanged ? { ...value, ...changed } : value;
};

/** The attributes that the ledger does not know: their names, and their values, numbers too, may carry an identifier. */
const withAttributes = (attributes: Attributes, visit: Visit): Attributes => {
  let changed = attributes;
  for (const [name, value] of Object.entries(attributes)) {
    const pointer = `/${escapePointer(name)}`;
    // A name cannot be swapped.
    visit(name, pointer);
    if (typeof value === 'boolean') continue;
    const now = visit(String(value), pointer);
    if (now !== String(value)) changed = { ...changed, [name]: now };
  }
  return changed;
};

/** The event with each string that may carry an identifier replaced by the result of `visit`. */
const withStrings = (event: Event, visit: Visit): Event => {
  const changed: Record<string, unknown> = {};
  if (event.attributes !== undefined) {
    const now = withAttributes(event.attributes, visit);
    if (now !== event.attributes) changed.attributes = now;
  }
  for (const [attribute, value] of Object.entries(event)) {
    if (notOfEnvelope.has(attribute)) continue;
    const now = mapStrings(value, '', `/${escapePointer(attribute)}`, visit);
    if (now !== value) changed[attribute] = now;
  }
  let data: unknown = event.data;
  if (event.type === 'EventCorrected') {
    const { data: replacement, ...rest } = event.data;
    const others = mapStrings(rest, '', '/data', visit) as typeof rest;
    const inner = mapStrings(replacement, '', '/data/data', visit) as typeof replacement;
    if (others !== rest || inner !== replacement)
      data = { ...others, ...(inner === undefined ? {} : { data: inner }) };
  } else data = mapStrings(data, '', '/data', visit);
  if (data !== event.data) changed.data = data;
  return Object.keys(changed).length === 0 ? event : ({ ...event, ...changed } as unknown as Event);
};

const percentEncoded = /(?:%[0-9A-Fa-f]{2})+/g;

const decoded = (run: string): string => {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
};

/** What a string says in Unicode's normal form C: as it stands, read as a URI, and as a query that has plus signs for spaces. */
const readingsOf = (text: string): ReadonlyArray<string> => {
  const readings = [text];
  if (text.includes('%')) readings.push(text.replace(percentEncoded, decoded));
  if (text.includes('+')) readings.push(text.replaceAll('+', ' ').replace(percentEncoded, decoded));
  return readings.map((each) => each.normalize('NFC'));
};

const searchOf = (
  identifiers: ReadonlyArray<string>,
  texts: ReadonlyArray<string>,
): WordSearch | undefined => {
  const wanted = identifiers.filter(isWanted);
  const isFew = wanted.length <= fewIdentifiersMax;
  if (wanted.length === 0 || (isFew && !wanted.some((each) => texts.some((text) => text.includes(each)))))
    return undefined;
  return wordSearch(wanted, texts);
};

/** The strings of an event that may carry an identifier, each with its place. */
const stringsOf = (event: Event): ReadonlyArray<readonly [text: string, pointer: string]> => {
  const strings: [string, string][] = [];
  withStrings(event, (text, pointer) => {
    strings.push([text, pointer]);
    return text;
  });
  return strings;
};

/** Whether a test is true of any text in data, except in those places that are not searched. */
const someText = (value: unknown, place: string, test: (text: string) => boolean): boolean => {
  if (typeof value === 'string') return test(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((each) => someText(each, place, test));
  for (const field in value) {
    const at = place === '' ? field : `${place}.${field}`;
    if (subjectPlaces.has(at) || notOfData.has(field)) continue;
    if (someText((value as Readonly<Record<string, unknown>>)[field], at, test)) return true;
  }
  return false;
};

/** What has another reading than the text as it stands. */
const hasReadings = /[%+\u0080-\uffff]/;

/**
 * Whether an event may carry one of a few identifiers. Nearly none does, and this takes a fraction of the time that it takes
 * to list its strings with their places.
 */
const mayCarry = (event: Event, identifiers: ReadonlyArray<string>): boolean => {
  if (identifiers.length > fewIdentifiersMax) return true;
  if (event.attributes !== undefined || event.type === 'EventCorrected') return true;
  const wanted = identifiers.filter(isWanted);
  const test = (text: string): boolean =>
    hasReadings.test(text) || wanted.some((identifier) => text.includes(identifier));
  const { id, source, evidence, data } = event;
  return (
    wanted.length > 0 &&
    (test(id) || test(source) || someText(evidence, '', test) || someText(data, '', test))
  );
};

/**
 * The places of the strings that contain one of these identifiers, as JSON pointers (RFC 6901) into the event. Its cost
 * grows with the bytes of the event and of the identifiers.
 */
export const carriersOf = (event: Event, identifiers: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (identifiers.length === 0 || !mayCarry(event, identifiers)) return [];
  const strings = stringsOf(event);
  const readings = strings.map(([text]) => readingsOf(text));
  const search = searchOf(identifiers, readings.flat());
  if (search === undefined) return [];
  const carriers = strings.flatMap(([, pointer], index) =>
    readings[index]!.some((text) => search.isIn(text)) ? [pointer] : [],
  );
  // The name and the value of an attribute have one place.
  return [...new Set(carriers)];
};

/**
 * The same event with each of these identifiers replaced where a string contains it as a word. What is percent-encoded
 * stays as it is: ask `carriersOf` afterwards.
 *
 * @param swap the pointer tells which string it is.
 */
export const withCarriedSwapped = (
  event: Event,
  identifiers: ReadonlyArray<string>,
  swap: (identifier: string, pointer: string) => string,
): Event => {
  const search = searchOf(
    identifiers,
    stringsOf(event).map(([text]) => text),
  );
  if (search === undefined) return event;
  return withStrings(event, (text, pointer) =>
    search.isIn(text) ? search.replacedIn(text, (identifier) => swap(identifier, pointer)) : text,
  );
};
