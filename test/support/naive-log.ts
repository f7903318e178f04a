/**
 * A second, naive implementation of the log's filters: it examines every event, and every field of its data by
 * name.
 */
import type { CloudEvent, Recorded } from './naive-model.ts';

export type LogFilter = {
  readonly type?: string;
  readonly source?: string;
  readonly subject?: string;
  readonly site?: string;
  readonly party?: string;
  readonly dataset?: string;
};

/** The fields of data that name a thing of each kind. */
const fieldsOf = {
  subject: ['subject', 'subjects', 'scope.subject', 'over.scope.subject'],
  site: ['site', 'from', 'to', 'over.site'],
  party: ['party', 'member', 'group', 'controller', 'controlled', 'operator', 'owner'],
  dataset: ['dataset', 'over.dataset'],
} as const;
type Kind = keyof typeof fieldsOf;

const valueAt = (data: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, field) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? (value as Record<string, unknown>)[field]
          : undefined,
      data,
    );

/**
 * Whether data of an event of this type names it. An enrolment names people and a population, whatever else it
 * contains.
 */
const names = (type: string, data: unknown, kind: Kind, name: string): boolean =>
  (kind === 'subject' || (type !== 'SubjectEnrolled' && type !== 'SubjectsEnrolled')) &&
  fieldsOf[kind].some((path) => {
    const value = valueAt(data, path);
    return path === 'subjects'
      ? Array.isArray(value) && value.includes(name)
      : typeof value === 'string' && value === name;
  });

const isCorrection = ({ type }: CloudEvent): boolean =>
  type === 'EventCorrected' || type === 'EventRetracted';
type Reference = {
  readonly event: { readonly source: string; readonly id: string };
  readonly data?: unknown;
};
const referenceOf = (event: CloudEvent): Reference => event.data as unknown as Reference;

/** Sources that name the site or party: in their own events, or in corrections of others. */
export const sourcesNaming = (
  known: readonly Recorded[],
  kind: 'site' | 'party',
  name: string,
): readonly string[] => {
  const found = known.flatMap(({ event }) => {
    if (!isCorrection(event)) return names(event.type, event.data, kind, name) ? [event.source] : [];
    const { event: reference, data } = referenceOf(event);
    const target = known.find(
      (each) => each.event.source === reference.source && each.event.id === reference.id,
    );
    if (target === undefined || data === undefined || isCorrection(target.event)) return [];
    return names(target.event.type, data, kind, name) ? [event.source] : [];
  });
  return [...new Set(found)].sort();
};

/** The positions of the known events that match every field of the filter, in log order. */
export const eventsThat = (known: readonly Recorded[], filter: LogFilter): readonly number[] => {
  const isAbout = ({ event }: Recorded, kind: Kind, name: string): boolean => {
    if (isCorrection(event)) {
      const { event: reference, data } = referenceOf(event);
      if (data === undefined) return false;
      if (kind === 'subject') return names('', data, kind, name);
      const target = known.find(
        (each) => each.event.source === reference.source && each.event.id === reference.id,
      );
      return (
        target !== undefined && !isCorrection(target.event) && names(target.event.type, data, kind, name)
      );
    }
    if (names(event.type, event.data, kind, name)) return true;
    return known.some(({ event: correction }) => {
      if (correction.type !== 'EventCorrected') return false;
      const { event: reference, data } = referenceOf(correction);
      const isOfThis = reference.source === event.source && reference.id === event.id;
      return isOfThis && data !== undefined && names(event.type, data, kind, name);
    });
  };
  return known
    .filter(
      (recorded) =>
        (filter.type === undefined || recorded.event.type === filter.type) &&
        (filter.source === undefined || recorded.event.source === filter.source) &&
        (Object.keys(fieldsOf) as Kind[]).every((kind) => {
          const name = filter[kind];
          return name === undefined || isAbout(recorded, kind, name);
        }),
    )
    .map(({ position }) => position);
};
