/**
 * Which inputs of a job feed an output. Where facets say so, those alone; otherwise every input may feed every output.
 */
import { itemsAt, objectIn, textAt, valueAt } from '../imported/record-fields.ts';
import { nameOf } from './dataset-place.ts';
import type { Dataset, LineageEvent } from './lineage-event.ts';

const namedIn = (items: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  items.flatMap((item) => {
    const namespace = textAt(item, 'namespace');
    const name = textAt(item, 'name');
    return namespace === undefined || name === undefined ? [] : [nameOf({ namespace, name })];
  });

const fieldsOf = (value: unknown): ReadonlyArray<unknown> => Object.values(objectIn(value) ?? {});

/** The inputs that facets of the output name: columnLineage, and lineage on a dataset. */
const namedByOutput = ({ facets }: Dataset): ReadonlyArray<string> => [
  ...fieldsOf(valueAt(facets, 'columnLineage', 'fields')).flatMap((field) =>
    namedIn(itemsAt(field, 'inputFields')),
  ),
  ...namedIn(itemsAt(facets, 'columnLineage', 'dataset')),
  ...namedIn(itemsAt(facets, 'lineage', 'inputs')),
  ...fieldsOf(valueAt(facets, 'lineage', 'fields')).flatMap((field) => namedIn(itemsAt(field, 'inputs'))),
];

/** The inputs that the lineage facet of the job names, by the output. */
const namedByJob = ({ job }: LineageEvent): ReadonlyMap<string, ReadonlyArray<string>> => {
  const named = new Map<string, string[]>();
  for (const entry of itemsAt(job?.facets, 'lineage', 'entries')) {
    const [output] = namedIn([entry]);
    if (output === undefined) continue;
    const inputs = named.get(output) ?? [];
    named.set(output, inputs);
    for (const from of [entry, ...fieldsOf(valueAt(entry, 'fields'))])
      for (const input of namedIn(itemsAt(from, 'inputs'))) inputs.push(input);
  }
  return named;
};

/** The inputs of the event that feed an output. */
export const inputsFeeding = (event: LineageEvent): ((output: Dataset) => ReadonlyArray<Dataset>) => {
  const byJob = namedByJob(event);
  return (output) => {
    const named = new Set([...namedByOutput(output), ...(byJob.get(nameOf(output)) ?? [])]);
    const feeding = named.size === 0 ? [] : event.inputs.filter((input) => named.has(nameOf(input)));
    // Facets may know the inputs by other names than the event: then they do not help.
    return feeding.length > 0 ? feeding : event.inputs;
  };
};
