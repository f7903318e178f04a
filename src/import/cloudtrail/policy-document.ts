/** Reads an AWS policy: the principals and actions of its Allow statements, without conditions. */
import { itemsAt, objectIn, textAt, valueAt } from '../imported/record-fields.ts';
import { principalName } from '../inventory/aws-names.ts';

type Action = 'read' | 'write' | 'delete' | 'administer';

/** The actions that a policy allows a principal. */
export interface Allowance {
  readonly principal: string;
  readonly actions: ReadonlyArray<Action>;
}

/** The allowances of a policy, and the parts that were ignored. */
export interface Allowed {
  readonly allowances: ReadonlyArray<Allowance>;
  readonly unmapped: ReadonlyArray<string>;
}

const listed = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');

/** The policy in a record: an object, or its JSON text. */
const documentIn = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

/** The ledger's actions for an AWS action such as `s3:GetObject`. */
const actionsOf = (action: string): ReadonlyArray<Action> => {
  const name = action.slice(action.indexOf(':') + 1);
  if (name === '*') return ['read', 'write', 'delete', 'administer'];
  if (/^(Get|List|Head|Read|Select)/.test(name)) return ['read'];
  if (/^Delete/.test(name)) return ['delete'];
  if (/^Put(Object$|\*|ObjectTagging)|^(Write|Restore|Replicate|Abort|Create)/.test(name)) return ['write'];
  return ['administer'];
};

const principalsOf = (statement: unknown): ReadonlyArray<string> => {
  const principal = valueAt(statement, 'Principal');
  if (typeof principal === 'string') return [principal];
  return Object.values(objectIn(principal) ?? {}).flatMap(listed);
};

/** The allowances of a policy document. */
export const allowedBy = (value: unknown): Allowed => {
  const document = documentIn(value);
  const statements = valueAt(document, 'Statement');
  const all = Array.isArray(statements)
    ? itemsAt(document, 'Statement')
    : statements === undefined
      ? []
      : [statements];
  const unmapped = new Set<string>();
  const byPrincipal = new Map<string, Set<Action>>();
  if (all.length === 0) unmapped.add('the policy has no statements');
  for (const statement of all) {
    if (textAt(statement, 'Effect') !== 'Allow') {
      unmapped.add('the policy has Deny statements, which are ignored: it may allow less than is recorded');
      continue;
    }
    if (valueAt(statement, 'Condition') !== undefined)
      unmapped.add('the policy has conditions, which are ignored: it may allow less than is recorded');
    if (valueAt(statement, 'NotPrincipal') !== undefined || valueAt(statement, 'NotAction') !== undefined)
      unmapped.add(
        'the policy has NotPrincipal, NotAction or NotResource, which are ignored: it may allow more than is recorded',
      );
    for (const principal of principalsOf(statement)) {
      const actions = byPrincipal.get(principalName(principal)) ?? new Set();
      for (const action of listed(valueAt(statement, 'Action')))
        for (const each of actionsOf(action)) actions.add(each);
      byPrincipal.set(principalName(principal), actions);
    }
  }
  return {
    allowances: [...byPrincipal].flatMap(([principal, actions]) =>
      actions.size === 0 ? [] : [{ principal, actions: [...actions].sort() }],
    ),
    unmapped: [...unmapped],
  };
};
