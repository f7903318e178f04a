/**
 * OpenLineage events as events of the ledger. A run that completed copied what it read to the sites of what it wrote;
 * facets tell that a dataset was created, dropped or emptied, and who owns it. What an event tells about nothing of this
 * is named in `unmapped`.
 */
import * as E from 'fp-ts/lib/Either.js';
import { formatInstant } from '../../domain/time/instant.ts';
import { digestOf, eventsOf, type Fact, type ForeignEvent, type Origin } from '../imported/foreign-event.ts';
import type { Imported, Importer } from '../imported/imported.ts';
import { textAt } from '../imported/record-fields.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { regionsRegistered } from '../regions/region.ts';
import { type Place, placeOf } from './dataset-place.ts';
import { inputsFeeding } from './feeding-inputs.ts';
import { type Dataset, decodeLineageEvent, type LineageEvent } from './lineage-event.ts';
import { registeredByMapping, registeredByOwner } from './ownership.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The events have no ids: one is known by its run, type, time, job and producer, or by its dataset. */
const idOf = ({ runId, eventType, time, job, producer, outputs, kind }: LineageEvent): string =>
  digestOf(
    kind,
    runId,
    eventType,
    time,
    job === undefined ? undefined : [job.namespace, job.name],
    producer,
    kind === 'dataset' ? [outputs[0]!.namespace, outputs[0]!.name] : undefined,
  );

/** What came from where: each change of a dataset is told once, whatever leads to it. */
class Told {
  readonly facts: Fact[] = [];
  readonly places: Place[] = [];
  readonly unmapped: string[] = [];
  private readonly seen = new Set<string>();

  say(fact: Fact): void {
    const key = JSON.stringify(fact);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.facts.push(fact);
  }

  /** Says it of each population whose data the place has. */
  sayOfEach(place: Place, of: (scope: { readonly population: string }) => Fact): void {
    this.places.push(place);
    for (const population of place.populations) this.say(of({ population }));
  }
}

const stateChangeOf = ({ facets }: Dataset): string | undefined =>
  textAt(facets, 'lifecycleStateChange', 'lifecycleStateChange');

/** A dropped or emptied dataset; whether it was one. */
const tellDeletion = (told: Told, dataset: Dataset, place: Place): boolean => {
  const change = stateChangeOf(dataset);
  if (change === 'RENAME')
    told.unmapped.push('a dataset got another name, which moves nothing: map both names to one dataset');
  if (change !== 'DROP' && change !== 'TRUNCATE') return false;
  told.sayOfEach(place, (scope) => ({
    type: 'DataDeleted',
    data: { dataset: place.dataset, scope, site: place.site },
  }));
  return true;
};

/** An output: what feeds it from other sites is now at its site too; created here, its own data is. */
const tellOutput = (mapping: Mapping, event: LineageEvent, told: Told, output: Dataset): void => {
  const to = placeOf(mapping, output);
  if (tellDeletion(told, output, to)) return;
  const copied = new Set<string>();
  for (const input of inputsFeeding(event, output)) {
    const from = placeOf(mapping, input);
    if (from.site === to.site) continue;
    copied.add(from.dataset);
    told.places.push(to);
    told.sayOfEach(from, (scope) => ({
      type: 'DataCopied',
      data: { dataset: from.dataset, scope, from: from.site, to: to.site },
    }));
  }
  const isPlaced = mapping.outputs === 'written' || stateChangeOf(output) === 'CREATE';
  if (isPlaced && !copied.has(to.dataset))
    told.sayOfEach(to, (scope) => ({
      type: 'DataPlaced',
      data: { dataset: to.dataset, scope, site: to.site },
    }));
  else if (copied.size === 0)
    told.unmapped.push(
      'an output was written where its inputs are, and not created: it is placed only with "outputs: written" in the mapping',
    );
};

const importEvent = (mapping: Mapping, event: LineageEvent): Imported => {
  const { kind, eventType, job, runId, time, outputs, inputs } = event;
  const happened = kind !== 'run' || eventType === 'COMPLETE';
  if (!happened)
    return {
      events: [],
      unmapped: [`the run event is of type ${eventType ?? '(none)'}: what was done is told by COMPLETE`],
    };
  const namespace = job?.namespace ?? outputs[0]!.namespace;
  const source = mapping.source ?? `urn:openlineage:${encodeURIComponent(namespace)}`;
  const origin: Origin = {
    source,
    time: formatInstant(time),
    assurance: 'observed',
    ...(runId !== undefined && uuid.test(runId) ? { evidence: `urn:uuid:${runId.toLowerCase()}` } : {}),
  };
  const told = new Told();
  const standing: ForeignEvent[] = [];
  for (const dataset of [...inputs, ...outputs]) {
    standing.push(...registeredByMapping(mapping, source, dataset));
    const owned = registeredByOwner(mapping, source, dataset);
    for (const fact of owned.facts) told.say(fact);
    standing.push(...owned.standing);
  }
  if (kind === 'run') for (const output of outputs) tellOutput(mapping, event, told, output);
  else {
    if (kind === 'job') told.unmapped.push('the event describes a job: no data was moved by it');
    for (const dataset of outputs) tellDeletion(told, dataset, placeOf(mapping, dataset));
  }
  // A dataset may be dropped by a job that has it as an input.
  for (const dataset of inputs) tellDeletion(told, dataset, placeOf(mapping, dataset));
  if (kind === 'run' && inputs.length === 0 && outputs.length === 0)
    told.unmapped.push('the run names no datasets');
  if (kind === 'run' && inputs.length > 0 && outputs.length === 0)
    told.unmapped.push('the run read datasets and wrote none');
  const sites = told.places.map(({ site }) => site);
  return {
    events: distinct([
      ...standing,
      ...regionsRegistered(source, sites),
      ...eventsOf(idOf(event), origin, told.facts),
    ]),
    unmapped: [...new Set(told.unmapped)],
  };
};

/** Each event once: one dataset may be registered by several names. */
const distinct = (events: ReadonlyArray<ForeignEvent>): ReadonlyArray<ForeignEvent> => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

/** Imports events of OpenLineage. */
export const openLineageImporter =
  (mapping: Mapping): Importer =>
  (record) => {
    const event = decodeLineageEvent(record);
    return E.isLeft(event) ? event : E.right(importEvent(mapping, event.right));
  };
