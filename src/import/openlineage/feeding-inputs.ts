/** Selects the inputs of a job that feed an output: those that facets name, otherwise all inputs. */
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

/** The inputs named by facets of the output: columnLineage, and lineage on a dataset. */
const namedByOutput = ({ facets }: Dataset): ReadonlyArray<string> => [
  ...fieldsOf(valueAt(facets, 'columnLineage', 'fields')).flatMap((field) =>
    namedIn(itemsAt(field, 'inputFields')),
  ),
  ...namedIn(itemsAt(facets, 'columnLineage', 'dataset')),
  ...namedIn(itemsAt(facets, 'lineage', 'inputs')),
  ...fieldsOf(valueAt(facets, 'lineage', 'fields')).flatMap((field) => namedIn(itemsAt(field, 'inputs'))),
];

/** The inputs named by the job's lineage facet, by output. */
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
    // If facets use other names for the inputs than the event, they are ignored.
    return feeding.length > 0 ? feeding : event.inputs;
  };
};
