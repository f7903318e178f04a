/** Calls about identities. Groups, roles and policies are teams: their members reach what they reach (R13). */
import type { Fact } from '../imported/foreign-event.ts';
import { textAt, valueAt } from '../imported/record-fields.ts';
import { iamName } from '../inventory/aws-names.ts';
import { partyFor } from '../mapping/mapping.ts';
import { answered, asked, type Call, callerOf, type Handler, lacking, partyOf } from './call.ts';
import { allowedBy } from './policy-document.ts';

const membership = (
  type: 'MembershipBegan' | 'MembershipEnded',
  call: Call,
  member: string,
  group: string,
): Fact => ({
  type,
  data: { member: partyFor(call.mapping, member), group: partyFor(call.mapping, group) },
});

/** A policy was attached to or detached from a user, role or group. */
const attached =
  (type: 'MembershipBegan' | 'MembershipEnded', what: 'user' | 'role' | 'group'): Handler =>
  (call) => {
    const name = asked(call, `${what}Name`);
    const policy = asked(call, 'policyArn');
    if (name === undefined || policy === undefined) return lacking(`${what}Name and policyArn`);
    return { facts: [membership(type, call, iamName(`${what}/${name}`, call.account), policy)] };
  };

const inGroup =
  (type: 'MembershipBegan' | 'MembershipEnded'): Handler =>
  (call) => {
    const user = asked(call, 'userName');
    const group = asked(call, 'groupName');
    if (user === undefined || group === undefined) return lacking('userName and groupName');
    const [member, of] = [iamName(`user/${user}`, call.account), iamName(`group/${group}`, call.account)];
    return { facts: [membership(type, call, member, of)] };
  };

/** The principals that a role's policy allows to assume it. */
const trusted =
  (field: string): Handler =>
  (call) => {
    const role = asked(call, 'roleName');
    if (role === undefined) return lacking('roleName');
    const { allowances, unmapped } = allowedBy(valueAt(call.asked, field));
    const group = iamName(`role/${role}`, call.account);
    return {
      facts: allowances.map(({ principal }) => membership('MembershipBegan', call, principal, group)),
      unmapped:
        field === 'policyDocument'
          ? [
              ...unmapped,
              'a policy replaces the previous one: members of the previous one stay until you end their membership',
            ]
          : unmapped,
    };
  };

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant in the formats of credentials: RFC 3339, or `Jul 10, 2023, 1:15:04 PM`, UTC. */
const instantIn = (text: string | undefined): string | undefined => {
  if (text === undefined || /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)) return text;
  const match = /^(\w{3}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})\s(AM|PM)$/.exec(text);
  const month = months.indexOf(match?.[1] ?? '') + 1;
  if (match === null || month === 0) return undefined;
  const hour = (Number(match[4]) % 12) + (match[7] === 'PM' ? 12 : 0);
  const two = (value: string | number): string => String(value).padStart(2, '0');
  return `${match[3]}-${two(month)}-${two(match[2]!)}T${two(hour)}:${match[5]}:${match[6]}Z`;
};

/**
 * A principal assumes a role in a session with an end. The session is a separate party, so that its end ends
 * nothing else.
 */
const assumed: Handler = (call) => {
  const role = asked(call, 'roleArn');
  const caller = callerOf(call);
  const session = answered(call, 'assumedRoleUser', 'arn');
  const until = instantIn(textAt(call.answered, 'credentials', 'expiration'));
  if (role === undefined || caller === undefined) return lacking('roleArn and caller');
  if (!caller.startsWith('arn:') && !/^\d{12}$/.test(caller))
    return { facts: [], unmapped: ['an AWS service used its own role'] };
  if (session === undefined || until === undefined) return lacking('session that was begun');
  const party = `${session}#${call.id}`;
  return {
    facts: [
      { type: 'MembershipBegan', data: { member: partyOf(call, caller), group: party } },
      membership('MembershipBegan', call, party, role),
    ],
    later: [
      {
        time: until,
        fact: { type: 'MembershipEnded', data: { member: partyOf(call, caller), group: party } },
      },
    ],
  };
};

/** The handlers of calls about identities, by name. */
export const identityCalls: Readonly<Record<string, Handler>> = {
  AttachUserPolicy: attached('MembershipBegan', 'user'),
  AttachRolePolicy: attached('MembershipBegan', 'role'),
  AttachGroupPolicy: attached('MembershipBegan', 'group'),
  DetachUserPolicy: attached('MembershipEnded', 'user'),
  DetachRolePolicy: attached('MembershipEnded', 'role'),
  DetachGroupPolicy: attached('MembershipEnded', 'group'),
  AddUserToGroup: inGroup('MembershipBegan'),
  RemoveUserFromGroup: inGroup('MembershipEnded'),
  CreateRole: trusted('assumeRolePolicyDocument'),
  UpdateAssumeRolePolicy: trusted('policyDocument'),
  AssumeRole: assumed,
};
