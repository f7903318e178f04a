/** The address contains what a screen shows, with the names of the HTTP API, so that a link shows the same. */
import type { Question } from '../../../src/client/client.ts';
import { Assurance } from '../../../src/domain/events/words.ts';
import { decodeAddress, type Field, instant, oneOf, position, text, type Values } from './address-fields.ts';

/** The fields of every screen. The defaults are: now, the latest, claimed. */
const viewFields = {
  validAt: instant,
  knownAt: instant,
  knownPosition: position,
  minAssurance: oneOf(...Assurance.words),
  /** Positions of the events to show as proof, separated by commas. */
  proof: text,
  /** The period on time scales. */
  from: instant,
  to: instant,
  /** How many lanes of the time scale are visible. The default on small screens is none. */
  lanes: oneOf('folded', 'shown', 'tall'),
};

export type ViewSearch = Values<typeof viewFields>;

/** Reads the address of a screen with its own fields besides the common ones. */
export const searchWith =
  <F extends Readonly<Record<string, Field<unknown>>>>(own: F) =>
  (raw: Record<string, unknown>): Values<typeof viewFields & F> =>
    decodeAddress({ ...viewFields, ...own }, raw);

/** The part to keep when another screen opens: the clocks and the assurance. */
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

/** The clocks as parameters of a question. */
export const questionOf = (search: ViewSearch): Question => clocksOf(search);

/** The clocks of a question over all time, which `validAt` does not affect. */
export const overTime = ({ validAt: _, ...clocks }: Question): Question => clocks;

/**
 * Parses the query of an address. Values are plain text, not JSON. Repeated values of a field are joined, so that
 * none counts as the only one.
 */
export const parseSearch = (query: string): Record<string, string> => {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(', ')]));
};

/** Writes the query of an address with minimal escaping, to keep it readable. */
export const stringifySearch = (search: Record<string, unknown>): string => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const query = parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return query === '' ? '' : `?${query}`;
};
