/** Imports Okta's System Log: who joined and left groups, applications and administrator roles. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { DateTime } from '../../domain/events/scalars.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { eventsOf } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { itemsAt, textAt } from '../imported/record-fields.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { type Entry, entryRegistered, membership } from './directory-party.ts';

const OktaEvent = t.type({ uuid: t.string, published: DateTime, eventType: t.string });

const directory = 'okta';

/** The event types that change memberships: whether the member joins, and the kind of group. */
const changes: Readonly<
  Record<string, { readonly begins: boolean; readonly member: ReadonlyArray<string>; readonly group: string }>
> = {
  'group.user_membership.add': { begins: true, member: ['User'], group: 'UserGroup' },
  'group.user_membership.remove': { begins: false, member: ['User'], group: 'UserGroup' },
  'application.user_membership.add': { begins: true, member: ['User'], group: 'AppInstance' },
  'application.user_membership.remove': { begins: false, member: ['User'], group: 'AppInstance' },
  'user.account.privilege.grant': { begins: true, member: ['User'], group: 'role' },
  'user.account.privilege.revoke': { begins: false, member: ['User'], group: 'role' },
  'group.privilege.grant': { begins: true, member: ['UserGroup'], group: 'role' },
  'group.privilege.revoke': { begins: false, member: ['UserGroup'], group: 'role' },
};

const targetsOf = (record: unknown, type: string): ReadonlyArray<Entry> =>
  itemsAt(record, 'target').flatMap((target) => {
    const id = textAt(target, 'id');
    if (id === undefined || textAt(target, 'type') !== type) return [];
    const kind = type === 'User' ? ('person' as const) : ('team' as const);
    return [{ id, otherName: textAt(target, 'alternateId'), kind, name: textAt(target, 'displayName') }];
  });

/** The roles in a privilege, such as `Organization administrator, Application administrator (all)`. */
const rolesOf = (record: unknown): ReadonlyArray<Entry> => {
  const privileges =
    textAt(record, 'debugContext', 'debugData', 'privilegeGranted') ??
    textAt(record, 'debugContext', 'debugData', 'privilegeRevoked') ??
    '';
  return privileges
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '')
    .map((role) => ({ id: `role/${role}`, kind: 'team' as const, name: role }));
};

/** The importer of Okta events. */
export const oktaImporter =
  (mapping: Mapping): Importer =>
  (record) => {
    const decoded = OktaEvent.decode(record);
    if (E.isLeft(decoded)) return E.left(faultsOf(decoded.left));
    const { uuid, published, eventType } = decoded.right;
    const change = Object.hasOwn(changes, eventType) ? changes[eventType] : undefined;
    if (change === undefined) return unmapped('the event changes nobody’s group, application or role');
    const result = textAt(record, 'outcome', 'result');
    if (result !== undefined && result !== 'SUCCESS') return unmapped('the requested change did not succeed');
    const members = change.member.flatMap((type) => targetsOf(record, type));
    const groups = change.group === 'role' ? rolesOf(record) : targetsOf(record, change.group);
    if (members.length === 0 || groups.length === 0)
      return unmapped('the event does not name both a member and a group, role or application');
    const source = mapping.source ?? 'urn:okta:system-log';
    const origin = { source, time: formatInstant(published), assurance: 'observed' as const };
    const type = change.begins ? 'MembershipBegan' : 'MembershipEnded';
    return E.right({
      events: [
        ...[...members, ...groups].flatMap((entry) => entryRegistered(mapping, source, directory, entry)),
        ...eventsOf(
          uuid,
          origin,
          members.flatMap((member) =>
            groups.map((group) => membership(mapping, directory, type, member, group)),
          ),
        ),
      ],
      unmapped: [],
    });
  };
