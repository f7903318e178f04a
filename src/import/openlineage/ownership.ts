/** The owner of a dataset, and the resulting registrations. */
import { type Fact, type ForeignEvent, standingEvent } from '../imported/foreign-event.ts';
import { itemsAt, textAt } from '../imported/record-fields.ts';
import { datasetFor, type Mapping, partyFor } from '../mapping/mapping.ts';
import { nameOf } from './dataset-place.ts';
import type { Dataset } from './lineage-event.ts';

/** The prefixes of owners' names that OpenLineage recommends, and the kind of party for each. */
const kindOf = (owner: string): 'team' | 'person' | 'service' | undefined => {
  const prefix = /^(team|group|user|application|service):/.exec(owner)?.[1];
  return prefix === undefined
    ? undefined
    : prefix === 'user'
      ? 'person'
      : prefix === 'team' || prefix === 'group'
        ? 'team'
        : 'service';
};

/** The first owner of a dataset in the event. */
const ownerOf = ({ facets }: Dataset): string | undefined =>
  itemsAt(facets, 'ownership', 'owners')
    .map((owner) => textAt(owner, 'name'))
    .find((name) => name !== undefined && !/^\*+$/.test(name));

/** The registrations of the dataset with its controller, and of the owner as a party. */
export const registeredByOwner = (
  mapping: Mapping,
  source: string,
  dataset: Dataset,
): { readonly facts: ReadonlyArray<Fact>; readonly standing: ReadonlyArray<ForeignEvent> } => {
  const name = nameOf(dataset);
  const rule = datasetFor(mapping, name);
  const owner = ownerOf(dataset);
  if (owner === undefined || rule.controller !== undefined) return { facts: [], standing: [] };
  const controller = partyFor(mapping, owner);
  const kind = kindOf(owner);
  const data = { dataset: rule.dataset, name, categories: [], controller };
  const party = { party: owner, kind: kind ?? 'team', name: owner } as const;
  return {
    facts: [{ type: 'DatasetRegistered', data }],
    standing:
      kind === undefined || controller !== owner
        ? []
        : [standingEvent(source, { type: 'PartyRegistered', data: party })],
  };
};
