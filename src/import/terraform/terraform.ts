/**
 * Imports a snapshot of a Terraform state: each resource that stores data is a data store at the site of its
 * region.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { digestOf, eventOf } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { textAt } from '../imported/record-fields.ts';
import { dataStore, described, placed } from '../inventory/data-store.ts';
import { type Mapping, siteFor } from '../mapping/mapping.ts';
import { storesByType } from './stores.ts';

const Resource = t.type({ type: t.string, values: t.UnknownRecord });

/**
 * The importer of resources.
 *
 * @param at the time of the snapshot, RFC 3339.
 */
export const terraformImporter =
  (mapping: Mapping, at: string | undefined): Importer =>
  (record) => {
    const decoded = Resource.decode(record);
    if (E.isLeft(decoded)) return E.left(faultsOf(decoded.left));
    const { type, values } = decoded.right;
    if (textAt(record, 'mode') === 'data') return unmapped('Terraform only reads the resource');
    const storeOf = Object.hasOwn(storesByType, type) ? storesByType[type] : undefined;
    if (storeOf === undefined) return unmapped('this type of resource stores no data');
    const { cloud, name, region } = storeOf(values);
    if (name === undefined) return E.left([{ pointer: '/values', message: 'has no name for the resource' }]);
    if (at === undefined)
      return E.left([{ pointer: '', message: 'has no time of its own; give the time of the state: at' }]);
    if (region === undefined && siteFor(mapping, [name]) === undefined)
      return unmapped('the resource has no region: give its site in the mapping');
    const source = mapping.source ?? 'urn:domicile:import:terraform';
    const store = dataStore(mapping, name, cloud, region ?? '');
    return E.right({
      events: [
        ...described(mapping, source, name, [store.site]),
        ...placed(store).map((fact) =>
          eventOf(digestOf(fact, at), { source, time: at, assurance: 'claimed' }, fact),
        ),
      ],
      unmapped: [],
    });
  };
