/**
 * Imports changes of groups in SCIM 2.0: PATCH operations (RFC 7644, 3.5.2), each with its group as in a bulk
 * request (3.7): `{ method: "PATCH", path: "/Groups/ID", data: { Operations: [...] } }`.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { digestOf, distinct, eventOf, type ForeignEvent } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { itemsAt, objectIn, textAt, valueAt } from '../imported/record-fields.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { RecordsIn } from '../records/json-records.ts';
import { type Entry, entryRegistered, membership } from './directory-party.ts';

const directory = 'scim';
const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** The operations in a bulk request or in a list of bulk requests. */
export const bulkOperations: RecordsIn = (document) => {
  if (Array.isArray(document)) return document;
  return itemsAt(document, 'schemas').includes(bulkSchema) ? itemsAt(document, 'Operations') : [document];
};

/** A member selected by a filter: `members[value eq "2819c223"]`. */
const memberPath = /^members\[\s*value\s+eq\s+"((?:[^"\\]|\\.)*)"\s*\]$/i;

/** The content of one operation: new and former members and a new group name, or why it cannot be read. */
interface Said {
  readonly came: ReadonlyArray<Entry>;
  readonly left: ReadonlyArray<Entry>;
  readonly name?: string | undefined;
  readonly unsaid?: string;
}
const nothing: Said = { came: [], left: [] };

/** The members in a value; undefined if one of them has no id. */
const membersIn = (value: unknown): ReadonlyArray<Entry> | undefined => {
  const listed = (Array.isArray(value) ? value : [value]).map((member): Entry | undefined => {
    const id = typeof member === 'string' ? member : textAt(member, 'value');
    if (id === undefined || id === '') return undefined;
    const isGroup = textAt(member, 'type') === 'Group' || /\/Groups\//.test(textAt(member, '$ref') ?? '');
    return { id, kind: isGroup ? 'team' : 'person' };
  });
  const found = listed.flatMap((member) => member ?? []);
  return found.length === listed.length ? found : undefined;
};

const ofMembers = (op: string, value: unknown): Said => {
  if (op === 'replace')
    return {
      ...nothing,
      unsaid:
        'all members are replaced, and the request does not say who left: use domicile sync scim to compare the group itself',
    };
  if (op === 'remove' && value === undefined)
    return {
      ...nothing,
      unsaid:
        'all members are removed, and the request does not say who they were: use domicile sync scim to compare the group itself',
    };
  const members = membersIn(value);
  if (members === undefined) return { ...nothing, unsaid: 'a member has no value' };
  return op === 'add' ? { came: members, left: [] } : { came: [], left: members };
};

/** The content of an operation; undefined if it is none. Entra writes `Add` for `add`. */
const saidBy = (operation: unknown): Said | undefined => {
  const op = textAt(operation, 'op')?.toLowerCase();
  if (op !== 'add' && op !== 'remove' && op !== 'replace') return undefined;
  const path = textAt(operation, 'path');
  const value = valueAt(operation, 'value');
  if (path === undefined) {
    const given = objectIn(value);
    if (given === undefined || op === 'remove') return undefined;
    const name = textAt(given, 'displayName');
    const said = 'members' in given ? ofMembers(op, given.members) : nothing;
    return name === undefined ? said : { ...said, name };
  }
  const selected = memberPath.exec(path)?.[1];
  if (selected !== undefined && op === 'remove') {
    const id = selected.replaceAll(/\\(.)/g, '$1');
    return { came: [], left: [{ id, kind: 'person' }] };
  }
  if (path.toLowerCase() === 'members') return ofMembers(op, value);
  if (path.toLowerCase() === 'displayname')
    return typeof value === 'string' && op !== 'remove' ? { ...nothing, name: value } : nothing;
  return { ...nothing, unsaid: 'the changed attribute does not concern the members of the group' };
};

const noTime: ReadonlyArray<Fault> = [
  { pointer: '', message: 'does not say when it was sent; give the time: at' },
];

/**
 * The importer of group changes.
 *
 * @param at when they were made, RFC 3339.
 */
export const scimPatchImporter =
  (mapping: Mapping, at: string | undefined): Importer =>
  (record) => {
    const method = textAt(record, 'method')?.toUpperCase();
    const path = textAt(record, 'path');
    if (method === undefined || path === undefined)
      return E.left([
        {
          pointer: '',
          message:
            'names no group; expected { method, path, data }, as an operation of a bulk request (RFC 7644, 3.7)',
        },
      ]);
    const id = /^\/?Groups\/([^/?]+)$/.exec(path)?.[1];
    if (id === undefined) return unmapped('the changed resource is not a group');
    if (method !== 'PATCH')
      return unmapped(
        `${method} does not say who joined and who left: use domicile sync scim to compare the group itself`,
      );
    if (at === undefined) return E.left(noTime);
    const data = valueAt(record, 'data');
    const operations = Array.isArray(data) ? data : itemsAt(data, 'Operations');
    const said = operations.map(saidBy);
    const wrong = said.indexOf(undefined);
    if (operations.length === 0 || wrong !== -1)
      return E.left([
        {
          pointer: operations.length === 0 ? '/data' : `/data/Operations/${wrong}`,
          message: 'is not a PATCH operation (RFC 7644, 3.5.2); expected op, path and value',
        },
      ]);
    const source = mapping.source ?? 'urn:domicile:import:scim';
    const group: Entry = { id: decodeURIComponent(id), kind: 'team' };
    const events: ForeignEvent[] = [];
    for (const { came, left, name } of said as ReadonlyArray<Said>) {
      if (name !== undefined) events.push(...entryRegistered(mapping, source, directory, { ...group, name }));
      for (const [type, members] of [
        ['MembershipBegan', came],
        ['MembershipEnded', left],
      ] as const)
        for (const member of members) {
          if (member.kind === 'person') events.push(...entryRegistered(mapping, source, directory, member));
          const fact = membership(mapping, directory, type, member, group);
          events.push(eventOf(digestOf(fact, at), { source, time: at, assurance: 'observed' }, fact));
        }
    }
    const unsaid = (said as ReadonlyArray<Said>).flatMap(({ unsaid }) => unsaid ?? []);
    return E.right({ events: distinct(events), unmapped: unsaid });
  };
