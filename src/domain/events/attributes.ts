/**
 * Attributes of an event that the ledger does not know (CloudEvents 1.0, extension context attributes): they are kept
 * as they were first sent, and not used.
 */

/** How many of them an event may have. */
const attributesMax = 64;
/** Characters of the name of one. */
const attributeNameMax = 64;
/** UTF-16 code units of the value of one. */
const attributeLengthMax = 4_096;

/** The value of an attribute: a string, a whole number or a boolean. */
export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

const hasControl = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;

const valueFault = (value: unknown): string | undefined => {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? undefined : 'is a number that is not whole; send it as a string';
  if (typeof value !== 'string')
    return 'is not a valid value of an attribute; expected a string, a whole number or a boolean';
  if (value.length > attributeLengthMax)
    return `has ${value.length} characters; the value of an attribute may have up to ${attributeLengthMax}`;
  return value.isWellFormed() && !hasControl.test(value)
    ? undefined
    : 'has a control character or an unpaired surrogate; expected text without them';
};

/** What is wrong with an attribute of an event that the ledger does not know; undefined if nothing is. */
const attributeFault = (name: string, value: unknown): string | undefined => {
  if (name.length > attributeNameMax || !/^[a-z0-9]+$/.test(name))
    return `is not a valid name of an attribute: use up to ${attributeNameMax} lowercase letters and digits (CloudEvents 1.0)`;
  return valueFault(value);
};

/** Further fields of an event. */
export const otherAttributes = {
  fault: attributeFault,
  max: attributesMax,
  schema: ['string', 'integer', 'boolean'],
};
