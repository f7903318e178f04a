/** Events as sentences. Identifiers are separate from the words, so that the page can mark them. */
import type { EventDataJson, EventType, WireEvent } from '../../../src/client/rows.ts';

/** A piece of a sentence: words, or an identifier. */
export type Piece =
  | string
  | { readonly kind: 'party' | 'site' | 'subject' | 'other' | 'time'; readonly id: string };

type Named = Exclude<Piece, string>;

const party = (id: string): Named => ({ kind: 'party', id });
const site = (id: string): Named => ({ kind: 'site', id });
const subject = (id: string): Named => ({ kind: 'subject', id });
const time = (id: string): Named => ({ kind: 'time', id });
const other = (id: string): Named => ({ kind: 'other', id });

const ofScope = (scope: EventDataJson<'DataPlaced'>['scope']): ReadonlyArray<Piece> =>
  'subject' in scope ? ['the person ', subject(scope.subject)] : ['the population ', other(scope.population)];

const over = (granted: EventDataJson<'AccessGranted'>['over']): ReadonlyArray<Piece> => {
  if ('site' in granted) return ['everything at ', site(granted.site)];
  if ('backup' in granted) return ['the backup ', other(granted.backup)];
  if ('population' in granted) return ['all data of ', other(granted.population)];
  return granted.scope === undefined
    ? ['all of ', other(granted.dataset)]
    : [other(granted.dataset), ' of ', ...ofScope(granted.scope)];
};

const daysOf = (days: number): string => (days === 1 ? 'day' : `${days} days`);

/** People to name of an event with many. */
const subjectsMax = 3;

const sentences: { readonly [T in EventType]: (data: EventDataJson<T>) => ReadonlyArray<Piece> } = {
  PartyRegistered: (d) => [
    party(d.party),
    ` is registered, ${d.kind === 'organisation' ? 'an' : 'a'} ${d.kind}`,
    d.country === undefined ? '' : ` in ${d.country}`,
  ],
  MembershipBegan: (d) => [party(d.member), ' became a member of ', party(d.group)],
  MembershipEnded: (d) => [party(d.member), ' is no longer a member of ', party(d.group)],
  ControlBegan: (d) => [
    party(d.controller),
    ' controls ',
    party(d.controlled),
    ` by ${d.basis}`,
    d.share === undefined ? '' : ` (${d.share} %)`,
  ],
  ControlEnded: (d) => [party(d.controller), ' no longer controls ', party(d.controlled), ` by ${d.basis}`],
  SiteRegistered: (d) => [site(d.site), ` is registered, in ${d.country}, operated by `, party(d.operator)],
  SiteTransferred: (d) => [
    site(d.site),
    ' is transferred',
    ...(d.operator === undefined ? [] : [', operated by ', party(d.operator)]),
    ...(d.owner === undefined ? [] : [', owned by ', party(d.owner)]),
  ],
  PopulationRegistered: (d) => [
    'The population ',
    other(d.population),
    ` is registered, under ${d.jurisdiction}`,
  ],
  SubjectEnrolled: (d) => [subject(d.subject), ' joined ', other(d.population)],
  SubjectsEnrolled: (d) => {
    const more = d.subjects.length - subjectsMax;
    return [
      ...d.subjects
        .slice(0, subjectsMax)
        .flatMap((id, index): ReadonlyArray<Piece> => [index === 0 ? '' : ', ', subject(id)]),
      `${more > 0 ? ` and ${more} more` : ''} joined `,
      other(d.population),
    ];
  },
  SubjectErased: (d) => [
    'The live data of ',
    subject(d.subject),
    ' was erased',
    ...(d.dataset === undefined ? [', in all datasets'] : [': ', other(d.dataset)]),
  ],
  SubjectForgotten: (d) => ['The person behind ', subject(d.subject), ' was erased from the ledger'],
  SigningKeyRotated: (d) => ['The log is also signed by the new key ', other(d.key.split('+', 2).join('+'))],
  DatasetRegistered: (d) => [other(d.dataset), ' is registered, controlled by ', party(d.controller)],
  DataPlaced: (d) => [other(d.dataset), ' of ', ...ofScope(d.scope), ' is at ', site(d.site)],
  DataCopied: (d) => [
    other(d.dataset),
    ' of ',
    ...ofScope(d.scope),
    ' was copied from ',
    site(d.from),
    ' to ',
    site(d.to),
  ],
  DataMoved: (d) => [
    other(d.dataset),
    ' of ',
    ...ofScope(d.scope),
    ' moved from ',
    site(d.from),
    ' to ',
    site(d.to),
  ],
  DataDeleted: (d) => [other(d.dataset), ' of ', ...ofScope(d.scope), ' was deleted at ', site(d.site)],
  BackupTaken: (d) => [
    other(d.dataset),
    ' of ',
    ...ofScope(d.scope),
    ' was backed up from ',
    site(d.from),
    ' to ',
    site(d.to),
    ...(d.expires === undefined ? [', with no expiry date'] : [', to be kept until ', time(d.expires)]),
  ],
  BackupMoved: (d) => ['The backup ', other(d.backup), ' moved to ', site(d.to)],
  BackupRestored: (d) => ['The backup ', other(d.backup), ' was restored at ', site(d.to)],
  BackupDestroyed: (d) => ['The backup ', other(d.backup), ' was destroyed'],
  AccessGranted: (d) => [
    party(d.party),
    ` may ${d.actions.join(', ')} `,
    ...over(d.over),
    ...(d.expires === undefined ? [] : [', until ', time(d.expires)]),
  ],
  AccessRevoked: (d) => ['The grant ', other(d.grant), ' was revoked'],
  AccessObserved: (d) => [
    party(d.party),
    ` accessed (${d.action}) `,
    other(d.dataset),
    ' of ',
    ...ofScope(d.scope),
    ...(d.site === undefined ? [] : [' at ', site(d.site)]),
  ],
  PolicyAdopted: (d) => [
    'The policy ',
    other(d.policy),
    ' was adopted, effective from ',
    time(d.effectiveFrom),
    ...(d.effectiveUntil === undefined ? [] : [' until ', time(d.effectiveUntil)]),
  ],
  PolicySuspended: (d) => ['The policy ', other(d.policy), ' was suspended'],
  PolicyReinstated: (d) => ['The policy ', other(d.policy), ' was reinstated'],
  PolicyWithdrawn: (d) => ['The policy ', other(d.policy), ' was withdrawn'],
  SourceVouched: (d) => [
    'This source has reported everything up to ',
    time(d.upTo),
    ...(d.every === undefined ? [] : [` and vouches at least every ${daysOf(d.every)}`]),
  ],
  EventRetracted: (d) => ['Retracts the event ', other(d.event.id), `. ${d.reason}`],
  EventCorrected: (d) => [
    'Corrects the event ',
    other(d.event.id),
    ...(d.time === undefined ? [] : [', valid from ', time(d.time)]),
    `. ${d.reason}`,
  ],
};

const isKnown = (type: string): type is EventType => Object.hasOwn(sentences, type);

/** The sentence of an event; its type if this page does not know the type, as with a newer ledger. */
export const sentenceOfEvent = ({ type, data }: Pick<WireEvent, 'type' | 'data'>): ReadonlyArray<Piece> => {
  if (!isKnown(type)) return [type];
  // The ledger has validated the data with the codec of its type.
  const sentence = sentences[type] as (data: unknown) => ReadonlyArray<Piece>;
  return sentence(data).filter((piece) => piece !== '');
};

/** The data of an event, if it is of this type. */
export const dataOf = <T extends EventType>(
  { type, data }: Pick<WireEvent, 'type' | 'data'>,
  wanted: T,
): EventDataJson<T> | undefined => (type === wanted ? (data as EventDataJson<T>) : undefined);

/** The type in words: `DataMoved` is "data moved". */
export const typeInWords = (type: string): string =>
  type.replace(/(?<!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
