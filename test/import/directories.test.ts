/** Memberships of groups from logs and lists of directories. */
import { describe, expect, it } from 'vitest';
import { importKinds } from '../../src/import/kinds.ts';
import { become, orFail, samplesIn } from './samples.ts';

describe('Okta', () => {
  const [first] = samplesIn('directories', 'okta.ndjson').map(({ event }) => event);

  it('imports who became an administrator, for each role', () => {
    expect(become('okta', first).facts).toEqual([
      [
        'MembershipBegan',
        { member: 'okta:00u6eup97mAJZWYmP357', group: 'okta:role/Organization administrator' },
      ],
      [
        'MembershipBegan',
        { member: 'okta:00u6eup97mAJZWYmP357', group: 'okta:role/Application administrator (all)' },
      ],
    ]);
  });

  it('imports who joined and left a group, and names nobody', () => {
    const group = { id: '00g1', type: 'UserGroup', displayName: 'Support' };
    const changed = (eventType: string) => ({
      ...first,
      uuid: eventType,
      eventType,
      target: [...first.target, group],
    });
    const opened = orFail(
      importKinds.okta.open({ mapping: { parties: [{ match: 'okta:00g1', party: 'support' }] } }),
    );

    const came = orFail(opened.importer(changed('group.user_membership.add')));
    const left = orFail(opened.importer(changed('group.user_membership.remove')));

    const data = { member: 'okta:00u6eup97mAJZWYmP357', group: 'support' };
    expect(came.events.at(-1)).toMatchObject({ type: 'MembershipBegan', data, assurance: 'observed' });
    expect(left.events.at(-1)).toMatchObject({ type: 'MembershipEnded', data });
    expect(JSON.stringify([came, left])).not.toMatch(/alice|Alice|jack/);
  });

  it('maps people by their addresses, which are not recorded', () => {
    const mapping = { parties: [{ match: '*@acme.io', party: 'acme-staff' }] };

    expect(become('okta', first, { mapping }).facts[0]![1]).toMatchObject({ member: 'acme-staff' });
  });

  it('imports nothing that failed', () => {
    expect(become('okta', { ...first, outcome: { result: 'FAILURE' } }).facts).toEqual([]);
  });
});

describe('Entra', () => {
  const [added] = samplesIn('directories', 'entra.ndjson').map(({ event }) => event);

  it('imports who got a role, from Azure Monitor', () => {
    expect(become('entra', added).facts.map(([type]) => type)).toEqual(['MembershipBegan']);
  });

  it('imports who joined and left a group, from Graph', () => {
    const audit = (activityDisplayName: string, which: 'newValue' | 'oldValue') => ({
      id: activityDisplayName,
      activityDateTime: '2024-01-01T00:00:00Z',
      activityDisplayName,
      result: 'success',
      targetResources: [
        {
          id: 'u1',
          type: 'User',
          userPrincipalName: 'mia@example.com',
          modifiedProperties: [
            { displayName: 'Group.ObjectID', [which]: '"g1"' },
            { displayName: 'Group.DisplayName', [which]: '"Support"' },
          ],
        },
      ],
    });
    const data = { member: 'entra:u1', group: 'entra:g1' };

    expect(become('entra', audit('Add member to group', 'newValue')).facts).toEqual([
      ['MembershipBegan', data],
    ]);
    expect(become('entra', audit('Remove member from group', 'oldValue')).facts).toEqual([
      ['MembershipEnded', data],
    ]);
  });
});

describe('SCIM', () => {
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id: 'e9e30dba',
    displayName: 'Tour guides',
    members: [
      { value: '2819c223', display: 'Babs Jensen' },
      { value: 'fc348aa8', type: 'Group' },
    ],
  };
  const at = '2024-01-01T00:00:00.000Z';

  it('imports who is in a group, people and groups, and names no person', () => {
    const opened = orFail(importKinds.scim.open({ at }));
    const { events } = orFail(opened.importer(group));

    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['PartyRegistered', { party: 'scim:e9e30dba', kind: 'team', name: 'Tour guides' }],
      ['PartyRegistered', { party: 'scim:2819c223', kind: 'person', name: 'scim:2819c223' }],
      ['MembershipBegan', { member: 'scim:2819c223', group: 'scim:e9e30dba' }],
      ['MembershipBegan', { member: 'scim:fc348aa8', group: 'scim:e9e30dba' }],
    ]);
    expect(events.map(({ assurance }) => assurance)).not.toContain('observed');
  });

  it('uses the instant of the list', () => {
    const outcome = orFail(importKinds.scim.open({})).importer(group);

    expect(outcome).toMatchObject({ left: [{ message: expect.stringContaining('time') }] });
  });
});

describe('changes by SCIM', () => {
  const at = '2024-01-01T00:00:00.000Z';
  const patch = (...Operations: ReadonlyArray<object>) => ({
    method: 'PATCH',
    path: '/Groups/e9e30dba',
    data: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations },
  });
  const told = (record: unknown) => {
    const { events, unmapped } = orFail(orFail(importKinds['scim-patch'].open({ at })).importer(record));
    const memberships = events.filter(({ type }) => type.startsWith('Membership'));
    return {
      memberships: memberships.map(({ type, data }) => [type, (data as { member: string }).member]),
      unmapped,
    };
  };

  it('import who joined and left, in the forms of RFC 7644 and of Entra', () => {
    const forms = [
      {
        op: 'add',
        path: 'members',
        value: [
          { value: 'u1', display: 'Babs' },
          { value: 'g2', type: 'Group' },
        ],
      },
      { op: 'Add', value: { members: [{ value: 'u3' }] } },
      { op: 'remove', path: 'members[value eq "u1"]' },
      { op: 'Remove', path: 'members', value: [{ value: 'u3' }] },
    ];

    expect(told(patch(...forms))).toEqual({
      memberships: [
        ['MembershipBegan', 'scim:u1'],
        ['MembershipBegan', 'scim:g2'],
        ['MembershipBegan', 'scim:u3'],
        ['MembershipEnded', 'scim:u1'],
        ['MembershipEnded', 'scim:u3'],
      ],
      unmapped: [],
    });
  });

  it('report if they do not say who left, and drop nothing silently', () => {
    const silent = [
      { op: 'replace', path: 'members', value: [{ value: 'u1' }] },
      { op: 'remove', path: 'members' },
      { op: 'replace', path: 'externalId', value: 'x' },
    ];

    const { memberships, unmapped } = told(patch(...silent));

    expect(memberships).toEqual([]);
    expect(unmapped).toHaveLength(3);
    expect(told({ method: 'DELETE', path: '/Groups/e9e30dba' }).unmapped).toHaveLength(1);
  });

  it('are read from a bulk request, and name a group or are refused', () => {
    const { importer } = orFail(importKinds['scim-patch'].open({ at }));
    const bulk = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [patch({ op: 'replace', path: 'displayName', value: 'Guides' })],
    };
    const [operation] = importKinds['scim-patch'].recordsIn(bulk);

    expect(orFail(importer(operation)).events).toMatchObject([
      { data: { party: 'scim:e9e30dba', name: 'Guides' } },
    ]);
    expect(importer(patch({ op: 'move', path: 'members' }))).toMatchObject({
      left: [{ pointer: '/data/Operations/0' }],
    });
    expect(importer(patch().data)).toMatchObject({
      left: [{ message: expect.stringContaining('names no group') }],
    });
  });
});
