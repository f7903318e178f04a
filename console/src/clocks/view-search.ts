/**
 * What a screen shows is in its address, under the names of the HTTP API, so that a link shows the same.
 */
import type { Question } from '../../../src/client/client.ts';

/** Fields of an address. */
export type Fields<K extends string> = { readonly [P in K]?: string | undefined };

/** The part of the address that every screen shares. An absent field is the default: now, the latest, claimed. */
export interface ViewSearch {
  readonly validAt?: string | undefined;
  readonly knownAt?: string | undefined;
  readonly knownPosition?: string | undefined;
  readonly minAssurance?: string | undefined;
  /** Positions of the events that are shown as proof, separated by commas. */
  readonly proof?: string | undefined;
  /** The period that time scales show. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `folded`, `shown` or `tall`: how many lanes of the time scale are visible. By default none on small screens. */
  readonly lanes?: string | undefined;
}

/** Picks fields of an address; an empty one is absent. */
const pick = <K extends string>(raw: Record<string, unknown>, keys: ReadonlyArray<K>): Fields<K> => {
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

/** Reads the address of a screen: the fields that every screen shares, and its own. */
export const searchWith =
  <K extends string = never>(...keys: ReadonlyArray<K>) =>
  (raw: Record<string, unknown>): ViewSearch & Fields<K> => ({ ...pick(raw, viewKeys), ...pick(raw, keys) });

/** The part that is kept when another screen is opened: the clocks and the assurance. */
export const clocksOf = ({
  validAt,
  knownAt,
  knownPosition,
  minAssurance,
}: ViewSearch): Pick<ViewSearch, 'validAt' | 'knownAt' | 'knownPosition' | 'minAssurance'> => ({
  validAt,
  knownAt,
  knownPosition,
  minAssurance,
});

/** The clocks as a question takes them. */
export const questionOf = (search: ViewSearch): Question => clocksOf(search) as Question;

/** The clocks of a question over all time, which `validAt` does not affect. */
export const overTime = ({ validAt: _, ...clocks }: Question): Question => clocks;

/** Reads the query of an address. Values are plain text, not JSON. */
export const parseSearch = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text));

/** Writes the query of an address, escaping only what must be, so that people can read it. */
export const stringifySearch = (search: Record<string, unknown>): string => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const text = parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
};
