/** Faults and warnings of a policy, and their texts. */
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { locationOf, locationOfByte, type SourceLocation } from './source-location.ts';

/** What is wrong with a policy, or what its author should know. */
export interface PolicyFault {
  readonly message: string;
  /** A suggestion, if there is one: "did you mean `jurisdiction`?". */
  readonly hint: string | null;
  /** Where; null if it concerns the whole. */
  readonly location: SourceLocation | null;
  /** Which rule, by its name; null if it concerns the whole. */
  readonly rule: string | null;
}

/** A fault in one line: `line 3, column 12: …; did you mean …?` */
export const describeFault = ({ message, hint, location, rule }: PolicyFault): string =>
  [
    location === null ? '' : `line ${location.line}, column ${location.column}: `,
    rule === null ? '' : `rule ${rule}: `,
    message,
    hint === null ? '' : `; ${hint}`,
  ].join('');

/** A warning as it is told: its message and hint in one, beside its place and its rule. */
export const warningOf = ({ message, hint, location, rule }: PolicyFault) => ({
  rule,
  line: location?.line ?? null,
  column: location?.column ?? null,
  message: hint === null ? message : `${message}; ${hint}`,
});

/** Cedar's message without the name of the rule or the call, which are shown separately. */
const plain = (message: string): string =>
  message
    .replace(/^failed to parse (?:policies|policy) from string: /, '')
    .replace(/^for policy `[^`]*`, /, '');

/** A fault that Cedar found in the text. */
export const faultOf = (cedar: string, error: DetailedError, rule: string | null): PolicyFault => {
  const at = error.sourceLocations?.[0];
  const expected = at?.label ?? null;
  return {
    message: plain(error.message),
    hint: error.help === null ? expected : plain(error.help),
    location: at === undefined ? null : locationOfByte(cedar, at.start),
    rule,
  };
};

/** Faults in the order of the text. */
export const textOrder = (a: PolicyFault, b: PolicyFault): number =>
  (a.location?.line ?? 0) - (b.location?.line ?? 0) || (a.location?.column ?? 0) - (b.location?.column ?? 0);

export const templates = (cedar: string, template: string): PolicyFault => ({
  message: 'Domicile does not evaluate templates',
  hint: 'write the entity in place of the slot',
  location: locationOf(cedar, Math.max(0, cedar.indexOf(template))),
  rule: null,
});

export const noRule: PolicyFault = {
  message: 'has no rule',
  hint: 'expected at least one `forbid`',
  location: null,
  rule: null,
};

export const nothingForbidden: PolicyFault = {
  message: 'forbids nothing, so nothing can break it',
  hint: 'only a forbid can be broken; write exceptions into `unless` of a `forbid`',
  location: null,
  rule: null,
};

export const tooDeep: PolicyFault = {
  message: 'is nested too deeply for Cedar to read',
  hint: 'use sets instead of long chains of `||`, or split the rule',
  location: null,
  rule: null,
};

export const unreadable: PolicyFault = {
  message: 'makes Cedar fail',
  hint: 'simplify the rules',
  location: null,
  rule: null,
};
