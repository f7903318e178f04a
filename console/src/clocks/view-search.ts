/**
 * What a screen shows is in its address, under the names of the HTTP API, so that a link shows the same.
 */
import type { Question } from '../../../src/client/client.ts';
import { Assurance } from '../../../src/domain/events/words.ts';
import { decodeAddress, type Field, instant, oneOf, position, text, type Values } from './address-fields.ts';

/** The fields that every screen has. An absent one is the default: now, the latest, claimed. */
const viewFields = {
  validAt: instant,
  knownAt: instant,
  knownPosition: position,
  minAssurance: oneOf(...Assurance.words),
  /** Positions of the events that are shown as proof, separated by commas. */
  proof: text,
  /** The period that time scales show. */
  from: instant,
  to: instant,
  /** How many lanes of the time scale are visible. By default none on small screens. */
  lanes: oneOf('folded', 'shown', 'tall'),
};

export type ViewSearch = Values<typeof viewFields>;

/** Reads the address of a screen that has fields of its own besides those of every screen. */
export const searchWith =
  <F extends Readonly<Record<string, Field<unknown>>>>(own: F) =>
  (raw: Record<string, unknown>): Values<typeof viewFields & F> =>
    decodeAddress({ ...viewFields, ...own }, raw);

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
export const questionOf = (search: ViewSearch): Question => clocksOf(search);

/** The clocks of a question over all time, which `validAt` does not affect. */
export const overTime = ({ validAt: _, ...clocks }: Question): Question => clocks;

/**
 * Reads the query of an address. Values are plain text, not JSON. The values of a field that is given more than once are
 * joined, so that neither is taken for the only one.
 */
export const parseSearch = (query: string): Record<string, string> => {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(', ')]));
};

/** Writes the query of an address, escaping only what must be, so that people can read it. */
export const stringifySearch = (search: Record<string, unknown>): string => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const query = parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return query === '' ? '' : `?${query}`;
};
