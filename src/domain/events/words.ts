/**
 * The fixed vocabularies of events, and the checks that several events share.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, oneOf, text } from './codec.ts';
import { describe, type Fault } from './fault.ts';

/** What kind of party: R13 treats a group registered as an organisation as an employer. */
export const PartyKind = oneOf('a kind of party', ['organisation', 'team', 'person', 'service']);
export type PartyKind = t.TypeOf<typeof PartyKind>;

/** On what basis one organisation controls another. */
export const ControlBasis = oneOf('a basis of control', ['ownership', 'board', 'contract', 'statute']);

/** What a grant permits, and what an observed access did. */
export const GrantedAction = oneOf('an action', ['read', 'write', 'delete', 'administer']);

/** How well an event is attested, from the weakest: R6. */
export const Assurance = oneOf('an assurance', ['claimed', 'observed', 'verified']);
export type Assurance = t.TypeOf<typeof Assurance>;

/** Whether an event with this assurance counts if at least `least` is required. */
export const meets = (assurance: Assurance, least: Assurance): boolean =>
  Assurance.words.indexOf(assurance) >= Assurance.words.indexOf(least);

const nameLengthMax = 512;

const isPlainName = (value: string): boolean => {
  if (value.length === 0 || value.length > nameLengthMax) return false;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
};

/** The CloudEvents attribute `id`. */
export const EventId = text(
  `an event id of 1 to ${nameLengthMax} characters, no control characters`,
  isPlainName,
);
/** The CloudEvents attribute `source`: a URI reference. */
export const EventSource = text(
  `a URI reference of 1 to ${nameLengthMax} characters, no spaces or control characters`,
  (value) => isPlainName(value) && !value.includes(' '),
);
/** The media type of data (RFC 6838), with its parameters. JSON is UTF-8 (RFC 8259). */
export const DataContentType = text(
  'the media type of data: application/json or one with +json, in UTF-8',
  (value) =>
    value.length <= nameLengthMax &&
    /^application\/(json|[a-z0-9!#$&^_.+-]+\+json)[\t ]*(;|$)/i.test(value) &&
    !/;[\t ]*charset[\t ]*=[\t ]*(?!"?utf-8"?[\t ]*(;|$))/i.test(value),
);
/** A URI. */
export const EvidenceUri = text(
  'an absolute URI of up to 2048 characters, such as "https://…" or "urn:…"',
  (value) => value.length <= 2_048 && /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(value),
);

/** Which event a correction is about. */
export const EventReference = exact('an event reference', { source: EventSource, id: EventId }, {});

const cedarLengthMax = 100_000;

/** The text of a policy. Its syntax is judged at adoption (R17), not here. */
export const CedarText = text(
  `Cedar policies of 1 to ${cedarLengthMax} characters`,
  (value) => value.length >= 1 && value.length <= cedarLengthMax,
);

const correctedDepthMax = 8;
/** Fields of one object in the data of a correction; no event's data has half as many. */
const correctedFieldsMax = 100;
/** Values in the data of a correction: room for 10,000 subjects. */
const correctedValuesMax = 20_000;

const deeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => deeperThan(inner, levels - 1)));

/** Why the value cannot be the data of an event of any type: it is too deep or too large. */
const tooLarge = (data: object): string | undefined => {
  if (deeperThan(data, correctedDepthMax))
    return `is nested deeper than ${correctedDepthMax} levels, which is too deep for the data of an event`;
  let values = 0;
  const left: unknown[] = [data];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value) && inner.length > correctedFieldsMax)
      return `has an object with ${inner.length} fields; the data of an event may have up to ${correctedFieldsMax}`;
    values += inner.length;
    if (values > correctedValuesMax)
      return `has more than ${correctedValuesMax} values, which is too many for the data of an event`;
    for (const each of inner) if (typeof each === 'object') left.push(each);
  }
  return undefined;
};

/** The data that a correction puts in place of its target's. Whether it fits is known only with the target (R4). */
export const CorrectedData = new t.Type<Readonly<Record<string, unknown>>, unknown, unknown>(
  'an object: the whole data of the corrected event',
  (value): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && tooLarge(value) === undefined,
  (input, context) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      const message = `found ${describe(input)}; expected an object: the whole data of the corrected event`;
      return E.left([{ value: input, context, message }]);
    }
    const message = tooLarge(input);
    return message === undefined
      ? E.right(input as Readonly<Record<string, unknown>>)
      : E.left([{ value: input, context, message }]);
  },
  t.identity,
);

/** `from` and `to` of a copy or a move differ. */
export const fromAndToDiffer = (data: {
  readonly from: string;
  readonly to: string;
}): ReadonlyArray<Fault> =>
  data.from === data.to ? [{ pointer: '/to', message: 'is the same site as from; expected another' }] : [];
