/**
 * What a view is: all of it is in the address, under the names that the HTTP API uses, so that a link shows the same.
 */
import type { Question } from '../../../src/client/client.ts';

/** The part of the address that every screen shares. What is absent is the default: now, the latest, claimed. */
export interface ViewSearch {
  readonly validAt?: string;
  readonly knownAt?: string;
  readonly knownPosition?: string;
  readonly minAssurance?: string;
  /** Positions of the events that are shown as proof, with commas between. */
  readonly proof?: string;
  /** The period that time scales show. */
  readonly from?: string;
  readonly to?: string;
  /** `folded`, `shown` or `tall`: how many lanes of the time scale are in sight. By default none on small screens. */
  readonly lanes?: string;
}

/** Picks fields of an address; what is empty is absent. */
export const pick = <K extends string>(
  raw: Record<string, unknown>,
  keys: ReadonlyArray<K>,
): { readonly [P in K]?: string } => {
  const out: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = raw[key];
    if (typeof value === 'string' && value !== '') out[key] = value;
  }
  return out;
};

const viewKeys = [
  'validAt',
  'knownAt',
  'knownPosition',
  'minAssurance',
  'proof',
  'from',
  'to',
  'lanes',
] as const;

export const readViewSearch = (raw: Record<string, unknown>): ViewSearch => pick(raw, viewKeys);

/** The part that stays when another screen is opened: the clocks and the assurance. */
export const clocksOf = ({ validAt, knownAt, knownPosition, minAssurance }: ViewSearch): ViewSearch => ({
  ...(validAt === undefined ? {} : { validAt }),
  ...(knownAt === undefined ? {} : { knownAt }),
  ...(knownPosition === undefined ? {} : { knownPosition }),
  ...(minAssurance === undefined ? {} : { minAssurance }),
});

/** The clocks as a question takes them. */
export const questionOf = (search: ViewSearch): Question => clocksOf(search) as Question;

/** The clocks of a question over all time: that of `validAt` decides nothing there. */
export const overTime = ({ validAt: _, ...clocks }: Question): Question => clocks;

/** Reads the part of an address after the question mark: plain text, nothing quoted. */
export const parseSearch = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text));

/** Writes it, with the signs that need no escape left as they are, for people to read. */
export const stringifySearch = (search: Record<string, unknown>): string => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const text = parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
};
