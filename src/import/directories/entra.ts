/**
 * Imports the audit log of Microsoft Entra: who joined and left groups, roles and applications. It reads records of
 * Microsoft Graph (`directoryAudits`) and of Azure Monitor, which have the same content in `properties`.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { DateTime } from '../../domain/events/scalars.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { eventsOf } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { itemsAt, objectIn, textAt, valueAt } from '../imported/record-fields.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { type Entry, entryRegistered, membership } from './directory-party.ts';

const DirectoryAudit = t.type({ id: t.string, activityDateTime: DateTime, activityDisplayName: t.string });

const directory = 'entra';

/** The properties with which an activity names the group, role or application. */
const groupProperties = {
  group: { id: 'Group.ObjectID', name: 'Group.DisplayName' },
  role: { id: 'Role.ObjectID', name: 'Role.DisplayName' },
  application: { id: 'ServicePrincipal.ObjectID', name: 'ServicePrincipal.DisplayName' },
} as const;

const activities: Readonly<
  Record<string, { readonly begins: boolean; readonly group: keyof typeof groupProperties }>
> = {
  'Add member to group': { begins: true, group: 'group' },
  'Remove member from group': { begins: false, group: 'group' },
  'Add member to role': { begins: true, group: 'role' },
  'Remove member from role': { begins: false, group: 'role' },
  'Add app role assignment grant to user': { begins: true, group: 'application' },
  'Remove app role assignment from user': { begins: false, group: 'application' },
};

/** The value of a property, which is itself JSON. */
const unquoted = (value: string | undefined): string | undefined => {
  const text = value?.replace(/^"(.*)"$/, '$1');
  return text === '' || text === 'null' ? undefined : text;
};

/** The new or old value of a property. */
const propertyOf = (targets: ReadonlyArray<unknown>, name: string): string | undefined =>
  targets
    .flatMap((target) => itemsAt(target, 'modifiedProperties'))
    .filter((property) => textAt(property, 'displayName') === name)
    .map((property) => unquoted(textAt(property, 'newValue')) ?? unquoted(textAt(property, 'oldValue')))
    .find((value) => value !== undefined);

/** The importer of Entra's audit log. */
export const entraImporter =
  (mapping: Mapping): Importer =>
  (record) => {
    const audit = objectIn(valueAt(record, 'properties')) ?? record;
    const decoded = DirectoryAudit.decode(audit);
    if (E.isLeft(decoded)) return E.left(faultsOf(decoded.left));
    const { id, activityDateTime, activityDisplayName } = decoded.right;
    const activity = Object.hasOwn(activities, activityDisplayName)
      ? activities[activityDisplayName]
      : undefined;
    if (activity === undefined) return unmapped('the activity changes nobody’s group, role or application');
    if ((textAt(audit, 'result') ?? 'success').toLowerCase() !== 'success')
      return unmapped('the requested change did not succeed');
    const targets = itemsAt(audit, 'targetResources');
    const member = targets.find((target) =>
      ['User', 'ServicePrincipal', 'Group'].includes(textAt(target, 'type') ?? ''),
    );
    const memberId = textAt(member, 'id');
    const { id: idProperty, name: nameProperty } = groupProperties[activity.group];
    const ofType = { group: 'Group', role: 'Role', application: 'ServicePrincipal' }[activity.group];
    const target = targets.find((each) => each !== member && textAt(each, 'type') === ofType);
    const groupId = propertyOf(targets, idProperty) ?? textAt(target, 'id');
    if (memberId === undefined || groupId === undefined)
      return unmapped('the activity does not name both a member and a group, role or application');
    const who: Entry = {
      id: memberId,
      otherName: textAt(member, 'userPrincipalName'),
      kind: textAt(member, 'type') === 'User' ? 'person' : 'team',
      name: textAt(member, 'displayName'),
    };
    const group: Entry = {
      id: groupId,
      kind: 'team',
      name: propertyOf(targets, nameProperty) ?? textAt(target, 'displayName'),
    };
    const source = mapping.source ?? 'urn:microsoft:entra:audit-log';
    const origin = { source, time: formatInstant(activityDateTime), assurance: 'observed' as const };
    const type = activity.begins ? 'MembershipBegan' : 'MembershipEnded';
    return E.right({
      events: [
        ...[who, group].flatMap((entry) => entryRegistered(mapping, source, directory, entry)),
        ...eventsOf(id, origin, [membership(mapping, directory, type, who, group)]),
      ],
      unmapped: [],
    });
  };
