/** Imports a snapshot of groups and users from a SCIM 2.0 directory (RFC 7643). */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { digestOf, eventOf } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { itemsAt, textAt } from '../imported/record-fields.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { type Entry, entryRegistered, membership } from './directory-party.ts';

const ScimResource = t.type({ id: t.string, schemas: t.array(t.string, 'an array of schemas') });

const directory = 'scim';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

const noTime = 'is missing in a snapshot; give its time: at';

/**
 * The importer of groups and users.
 *
 * @param at the time of the snapshot, RFC 3339.
 */
export const scimImporter =
  (mapping: Mapping, at: string | undefined): Importer =>
  (record) => {
    const decoded = ScimResource.decode(record);
    if (E.isLeft(decoded)) return E.left(faultsOf(decoded.left));
    const { id, schemas } = decoded.right;
    const source = mapping.source ?? 'urn:domicile:import:scim';
    if (schemas.includes(userSchema)) {
      const user: Entry = { id, otherName: textAt(record, 'userName'), kind: 'person' };
      return E.right({ events: entryRegistered(mapping, source, directory, user), unmapped: [] });
    }
    if (!schemas.includes(groupSchema)) return unmapped('the resource is neither a group nor a user');
    if (at === undefined) return E.left([{ pointer: '/meta', message: noTime }]);
    const group: Entry = { id, kind: 'team', name: textAt(record, 'displayName') };
    const members = itemsAt(record, 'members').flatMap((member): ReadonlyArray<Entry> => {
      const value = textAt(member, 'value');
      if (value === undefined) return [];
      const isGroup = textAt(member, 'type') === 'Group' || /\/Groups\//.test(textAt(member, '$ref') ?? '');
      return [{ id: value, kind: isGroup ? 'team' : 'person' }];
    });
    const nameless = itemsAt(record, 'members').length - members.length;
    return E.right({
      events: [
        ...entryRegistered(mapping, source, directory, group),
        // A group that is a member has its own record.
        ...members
          .filter(({ kind }) => kind === 'person')
          .flatMap((member) => entryRegistered(mapping, source, directory, member)),
        ...members.map((member) => {
          const fact = membership(mapping, directory, 'MembershipBegan', member, group);
          return eventOf(digestOf(fact, at), { source, time: at, assurance: 'claimed' }, fact);
        }),
      ],
      unmapped: nameless === 0 ? [] : [`the group has ${nameless} members without a value`],
    });
  };
