/**
 * The relevant parts of an OpenLineage event, by schema 2-0-2. Other members and facets are ignored, as the
 * specification requires of consumers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Fault, faultsOf } from '../../domain/events/fault.ts';
import { DateTime } from '../../domain/events/scalars.ts';

/** The value, or undefined if it is absent or null. */
const maybe = <A>(codec: t.Type<A, unknown, unknown>): t.Type<A | undefined, unknown, unknown> =>
  new t.Type<A | undefined, unknown, unknown>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (input, context) =>
      input === undefined || input === null ? t.success(undefined) : codec.validate(input, context),
    t.identity,
  );

const facets = maybe(t.record(t.string, t.unknown, 'an object of facets'));

const Dataset = t.intersection(
  [t.type({ namespace: t.string, name: t.string }), t.partial({ facets })],
  'a dataset with namespace and name',
);
/** A dataset in an event. */
export type Dataset = t.TypeOf<typeof Dataset>;

const Datasets = maybe(t.array(Dataset, 'an array of datasets'));
const Job = t.intersection(
  [t.type({ namespace: t.string, name: t.string }), t.partial({ facets })],
  'a job with namespace and name',
);
const Run = t.type({ runId: t.string }, 'a run with runId');

const common = { eventTime: DateTime, producer: maybe(t.string) };
const RunEvent = t.intersection([
  t.type({ ...common, run: Run, job: Job }),
  t.partial({ eventType: maybe(t.string), inputs: Datasets, outputs: Datasets }),
]);
const JobEvent = t.intersection([
  t.type({ ...common, job: Job }),
  t.partial({ inputs: Datasets, outputs: Datasets }),
]);
const DatasetEvent = t.type({ ...common, dataset: Dataset });

/** The relevant parts of an OpenLineage event. */
export interface LineageEvent {
  readonly kind: 'run' | 'job' | 'dataset';
  readonly eventType: string | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly producer: string | undefined;
  readonly runId: string | undefined;
  readonly job: t.TypeOf<typeof Job> | undefined;
  readonly inputs: ReadonlyArray<Dataset>;
  readonly outputs: ReadonlyArray<Dataset>;
}

const ofRun = ({
  eventTime,
  eventType,
  producer,
  run,
  job,
  inputs = [],
  outputs = [],
}: t.TypeOf<typeof RunEvent>): LineageEvent => ({
  kind: 'run',
  eventType,
  time: eventTime,
  producer,
  runId: run.runId,
  job,
  inputs,
  outputs,
});

const ofDataset = ({ eventTime, producer, dataset }: t.TypeOf<typeof DatasetEvent>): LineageEvent => ({
  kind: 'dataset',
  time: eventTime,
  producer,
  eventType: undefined,
  runId: undefined,
  job: undefined,
  inputs: [],
  outputs: [dataset],
});

const ofJob = ({
  eventTime,
  producer,
  job,
  inputs = [],
  outputs = [],
}: t.TypeOf<typeof JobEvent>): LineageEvent => ({
  kind: 'job',
  time: eventTime,
  producer,
  eventType: undefined,
  runId: undefined,
  job,
  inputs,
  outputs,
});

/** Decodes one event, or returns each fault with its place. */
export const decodeLineageEvent = (record: unknown): E.Either<ReadonlyArray<Fault>, LineageEvent> => {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return E.left([{ pointer: '', message: 'is not an object; expected an OpenLineage event' }]);
  if ('run' in record) return pipe(RunEvent.decode(record), E.bimap(faults, ofRun));
  if ('dataset' in record) return pipe(DatasetEvent.decode(record), E.bimap(faults, ofDataset));
  if ('job' in record) return pipe(JobEvent.decode(record), E.bimap(faults, ofJob));
  const message = 'has no run, job or dataset; expected an OpenLineage event';
  return E.left([{ pointer: '', message }]);
};

const isIntersection = (type: t.Decoder<unknown, unknown> | undefined): boolean =>
  type instanceof t.IntersectionType;

/**
 * The faults of a decoding, one for each place. Steps of intersections are removed, since they are not members of
 * the event.
 */
const faults = (errors: t.Errors): ReadonlyArray<Fault> => {
  const ofMembers = errors.map((error) => ({
    ...error,
    context: error.context.filter((_, index) => !isIntersection(error.context[index - 1]?.type)),
  }));
  return [...new Map(faultsOf(ofMembers).map((fault) => [fault.pointer, fault])).values()];
};
