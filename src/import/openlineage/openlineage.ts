/**
 * Imports OpenLineage events. A completed run copied its inputs to the sites of its outputs; facets say that a
 * dataset was created, dropped or emptied, and who owns it. `unmapped` names everything else.
 */
import * as E from 'fp-ts/lib/Either.js';
import { formatInstant } from '../../domain/time/instant.ts';
import {
  digestOf,
  distinct,
  eventsOf,
  type Fact,
  type ForeignEvent,
  type Origin,
} from '../imported/foreign-event.ts';
import { type Imported, type Importer, recordEventsMax } from '../imported/imported.ts';
import { textAt } from '../imported/record-fields.ts';
import { described } from '../inventory/data-store.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { nameOf, type Place, placeOf } from './dataset-place.ts';
import { inputsFeeding } from './feeding-inputs.ts';
import { type Dataset, decodeLineageEvent, type LineageEvent } from './lineage-event.ts';
import { registeredByOwner } from './ownership.ts';

/** Pairs of an input and an output in one event: each may be a copy. */
const pairsMax = 250_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id for an event, which has none: from its run, type, time, job and producer, or from its dataset. */
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

/** Collects the facts of an event; each change of a dataset counts once. */
class CollectedFacts {
  readonly facts: Fact[] = [];
  readonly sites = new Set<string>();
  readonly unmapped: string[] = [];
  private readonly seen = new Set<string>();
  private readonly places = new Map<Dataset, Place>();
  private readonly mapping: Mapping;

  constructor(mapping: Mapping) {
    this.mapping = mapping;
  }

  placeOf(dataset: Dataset): Place {
    const place = this.places.get(dataset) ?? placeOf(this.mapping, dataset);
    this.places.set(dataset, place);
    return place;
  }

  /** Adds a fact, unless the record would have too many: then the whole record is refused. */
  add(fact: Fact): void {
    if (this.facts.length > recordEventsMax) return;
    const key = JSON.stringify(fact);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.facts.push(fact);
  }

  /** Adds a fact for each population of the place. */
  addForEach(place: Place, of: (scope: { readonly population: string }) => Fact): void {
    this.sites.add(place.site);
    for (const population of place.populations) this.add(of({ population }));
  }
}

const stateChangeOf = ({ facets }: Dataset): string | undefined =>
  textAt(facets, 'lifecycleStateChange', 'lifecycleStateChange');

/** Adds the deletion if a dataset was dropped or emptied. Returns whether it was. */
const addDeletion = (collected: CollectedFacts, dataset: Dataset, place: Place): boolean => {
  const change = stateChangeOf(dataset);
  if (change === 'RENAME')
    collected.unmapped.push('a dataset was renamed, which does not move data: map both names to one dataset');
  if (change !== 'DROP' && change !== 'TRUNCATE') return false;
  collected.addForEach(place, (scope) => ({
    type: 'DataDeleted',
    data: { dataset: place.dataset, scope, site: place.site },
  }));
  return true;
};

/**
 * An output: the data that feeds it from other sites is now at its site too; if it was created here, so is its own
 * data.
 */
const addOutput = (
  mapping: Mapping,
  collected: CollectedFacts,
  output: Dataset,
  feeding: ReadonlyArray<Dataset>,
): void => {
  const to = collected.placeOf(output);
  if (addDeletion(collected, output, to)) return;
  const copied = new Set<string>();
  for (const input of feeding) {
    const from = collected.placeOf(input);
    if (from.site === to.site) continue;
    copied.add(from.dataset);
    collected.sites.add(to.site);
    collected.addForEach(from, (scope) => ({
      type: 'DataCopied',
      data: { dataset: from.dataset, scope, from: from.site, to: to.site },
    }));
  }
  const isPlaced = mapping.outputs === 'written' || stateChangeOf(output) === 'CREATE';
  if (isPlaced && !copied.has(to.dataset))
    collected.addForEach(to, (scope) => ({
      type: 'DataPlaced',
      data: { dataset: to.dataset, scope, site: to.site },
    }));
  else if (copied.size === 0)
    collected.unmapped.push(
      'an output was written at the site of its inputs, but not created: to place it, put "outputs: written" into the mapping',
    );
};

const importEvent = (mapping: Mapping, event: LineageEvent): Imported => {
  const { kind, eventType, job, runId, time, outputs, inputs } = event;
  const happened = kind !== 'run' || eventType === 'COMPLETE';
  if (!happened)
    return {
      events: [],
      unmapped: [`the run event has the type ${eventType ?? '(none)'}; only COMPLETE reports what was done`],
    };
  const namespace = job?.namespace ?? outputs[0]!.namespace;
  const source = mapping.source ?? `urn:openlineage:${encodeURIComponent(namespace)}`;
  const origin: Origin = {
    source,
    time: formatInstant(time),
    assurance: 'observed',
    ...(runId !== undefined && uuid.test(runId) ? { evidence: `urn:uuid:${runId.toLowerCase()}` } : {}),
  };
  const collected = new CollectedFacts(mapping);
  const standing: ForeignEvent[] = [];
  for (const dataset of [...inputs, ...outputs]) {
    standing.push(...described(mapping, source, nameOf(dataset), []));
    const owned = registeredByOwner(mapping, source, dataset);
    for (const fact of owned.facts) collected.add(fact);
    standing.push(...owned.standing);
  }
  if (kind === 'run') {
    const feeding = inputsFeeding(event);
    for (const output of outputs) addOutput(mapping, collected, output, feeding(output));
  } else {
    if (kind === 'job') collected.unmapped.push('the event describes a job, which moves no data');
    for (const dataset of outputs) addDeletion(collected, dataset, collected.placeOf(dataset));
  }
  // A job may drop a dataset that is its input.
  for (const dataset of inputs) addDeletion(collected, dataset, collected.placeOf(dataset));
  if (kind === 'run' && inputs.length === 0 && outputs.length === 0)
    collected.unmapped.push('the run names no datasets');
  if (kind === 'run' && inputs.length > 0 && outputs.length === 0)
    collected.unmapped.push('the run read datasets but wrote none');
  return {
    events: distinct([
      ...standing,
      ...described(mapping, source, undefined, [...collected.sites]),
      ...eventsOf(idOf(event), origin, collected.facts),
    ]),
    unmapped: [...new Set(collected.unmapped)],
  };
};

/** The importer of OpenLineage events. */
export const openLineageImporter =
  (mapping: Mapping): Importer =>
  (record) => {
    const event = decodeLineageEvent(record);
    if (E.isLeft(event)) return event;
    const { inputs, outputs } = event.right;
    if (inputs.length * outputs.length <= pairsMax) return E.right(importEvent(mapping, event.right));
    const message = `has ${inputs.length} inputs and ${outputs.length} outputs; expected up to ${pairsMax} pairs of them`;
    return E.left([{ pointer: '', message }]);
  };
