/** A page of people as it goes over the wire, and where the next one begins. */
import { type Answered, type Asked, cutShort, pageBytesMax } from '../../contract/asked.ts';
import type { PersonRow } from '../../contract/rows/people.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { formatBound } from '../../domain/time/instant.ts';
import { overlaps } from '../../domain/time/interval.ts';
import { bytesWithPath, wirePath } from '../reach.ts';
import type { View } from '../view.ts';
import type { Followed, Place } from './everybody.ts';
import type { Concern, PersonInterval } from './person-intervals.ts';

/** People whom one page may skip because they are not concerned; the page may then end early. */
const passedOverPeopleMax = 50_000;
/** The approximate size of a person without intervals, in bytes of JSON. */
const personBytes = 120;

/** The place as written in a cursor. */
const writtenPlace = (place: Place): string =>
  JSON.stringify('subject' in place ? [place.subject] : [place.population, place.position, place.index]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The place in a cursor; undefined if it has none, for the first page. */
const readPlace = (after: Asked['after']): Place | undefined => {
  if (typeof after !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(after);
    if (!Array.isArray(parsed)) return undefined;
    const [name, position, index] = parsed as unknown[];
    if (typeof name !== 'string') return undefined;
    if (parsed.length === 1) return { subject: name };
    return isCount(position) && isCount(index) ? { population: name, position, index } : undefined;
  } catch {
    return undefined;
  }
};

/** The populations of the person during any of the intervals, in code-unit order. */
const populationsDuring = (
  { residency, as, since }: Followed,
  intervals: ReadonlyArray<PersonInterval>,
): ReadonlyArray<string> => {
  const found = new Set<string>();
  for (const { from, to, value } of residency.memberships.get(as) ?? []) {
    const membership = { from: Math.max(from, since), to };
    if (intervals.some((interval) => overlaps(interval, membership))) found.add(value.population);
  }
  return [...found].sort(codeUnitOrder);
};

const wireInterval = ({
  from,
  to,
  holding,
  path,
  access,
}: PersonInterval): PersonRow['intervals'][number] => ({
  from: formatBound(from),
  to: formatBound(to),
  holding: { ...holding },
  path: path === undefined ? [] : wirePath(path),
  access: access === null ? null : String(access),
});

/** A page of the people concerned, each with their intervals. */
export const peoplePage = (
  view: View,
  concern: Concern,
  { after, limit }: Pick<Asked, 'after' | 'limit'>,
): Answered<ReadonlyArray<PersonRow>> => {
  const data: PersonRow[] = [];
  let bytes = 0;
  let passedOver = 0;
  let last = readPlace(after);
  const { everybody, intervalsOf } = concern;
  const reach = concern.reach.of(view);
  for (const { person, place } of everybody.after(view, last)) {
    view.work.goOn(1);
    const isShort = bytes >= pageBytesMax || passedOver >= passedOverPeopleMax;
    if (isShort || data.length === limit)
      return {
        data,
        after: last === undefined ? null : writtenPlace(last),
        ...(isShort ? { also: cutShort } : {}),
      };
    last = place;
    const intervals = intervalsOf(person, reach);
    if (intervals.length === 0) {
      passedOver++;
      continue;
    }
    bytes += personBytes;
    for (const { path } of intervals) bytes += path === undefined ? 250 : bytesWithPath(path);
    data.push({
      subject: person.subject,
      populations: populationsDuring(person, intervals),
      intervals: intervals.map(wireInterval),
    });
  }
  return { data, after: null };
};
