/**
 * Events as sentences. Identifiers are kept apart from the words, so that the page can mark them.
 */
import type { WireEvent } from '../../../src/client/rows.ts';

/** A piece of a sentence: words, or the identifier of something. */
export type Piece =
  | string
  | { readonly kind: 'party' | 'site' | 'subject' | 'other' | 'time'; readonly id: string };

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const named = (kind: Exclude<Piece, string>['kind'], value: unknown): Piece => ({ kind, id: String(value) });

const whose = (scope: unknown): ReadonlyArray<Piece> => {
  const { population, subject } = fieldsOf(scope);
  return subject === undefined
    ? ['the population ', named('other', population)]
    : ['the person ', named('subject', subject)];
};

const over = (value: unknown): ReadonlyArray<Piece> => {
  const { site, dataset, population, backup, scope } = fieldsOf(value);
  if (site !== undefined) return ['everything at ', named('site', site)];
  if (backup !== undefined) return ['the backup ', named('other', backup)];
  if (population !== undefined) return ['all data of ', named('other', population)];
  return scope === undefined
    ? ['all of ', named('other', dataset)]
    : [named('other', dataset), ' of ', ...whose(scope)];
};

const and = (words: unknown): string => (Array.isArray(words) ? words.join(', ') : String(words));

const target = (value: unknown): ReadonlyArray<Piece> => {
  const { id } = fieldsOf(value);
  return ['the event ', named('other', id)];
};

const sentences: Readonly<Record<string, (data: Fields) => ReadonlyArray<Piece>>> = {
  PartyRegistered: (d) => [
    named('party', d.party),
    ` is registered, ${d.kind === 'organisation' ? 'an' : 'a'} ${d.kind}`,
    d.country === undefined ? '' : ` in ${d.country}`,
  ],
  MembershipBegan: (d) => [named('party', d.member), ' became a member of ', named('party', d.group)],
  MembershipEnded: (d) => [named('party', d.member), ' is no longer a member of ', named('party', d.group)],
  ControlBegan: (d) => [
    named('party', d.controller),
    ' controls ',
    named('party', d.controlled),
    ` by ${d.basis}`,
    d.share === undefined ? '' : ` (${d.share} %)`,
  ],
  ControlEnded: (d) => [
    named('party', d.controller),
    ' no longer controls ',
    named('party', d.controlled),
    ` by ${d.basis}`,
  ],
  SiteRegistered: (d) => [
    named('site', d.site),
    ` is registered, in ${d.country}, operated by `,
    named('party', d.operator),
  ],
  SiteTransferred: (d) => [
    named('site', d.site),
    ' is transferred',
    ...(d.operator === undefined ? [] : [', operated by ', named('party', d.operator)]),
    ...(d.owner === undefined ? [] : [', owned by ', named('party', d.owner)]),
  ],
  PopulationRegistered: (d) => [
    'The population ',
    named('other', d.population),
    ` is registered, under ${d.jurisdiction}`,
  ],
  SubjectEnrolled: (d) => [named('subject', d.subject), ' joined ', named('other', d.population)],
  SubjectsEnrolled: (d) => {
    const subjects = Array.isArray(d.subjects) ? d.subjects : [];
    const shown = subjects
      .slice(0, 3)
      .flatMap(
        (subject, index): ReadonlyArray<Piece> => [index === 0 ? '' : ', ', named('subject', subject)],
      );
    const more = subjects.length > 3 ? ` and ${subjects.length - 3} more` : '';
    return [...shown, `${more} joined `, named('other', d.population)];
  },
  SubjectErased: (d) => [
    'The live data of ',
    named('subject', d.subject),
    ' was erased',
    ...(d.dataset === undefined ? [', in all datasets'] : [': ', named('other', d.dataset)]),
  ],
  SubjectForgotten: (d) => ['The person behind ', named('subject', d.subject), ' was erased from the ledger'],
  DatasetRegistered: (d) => [
    named('other', d.dataset),
    ' is registered, controlled by ',
    named('party', d.controller),
  ],
  DataPlaced: (d) => [named('other', d.dataset), ' of ', ...whose(d.scope), ' is at ', named('site', d.site)],
  DataCopied: (d) => [
    named('other', d.dataset),
    ' of ',
    ...whose(d.scope),
    ' was copied from ',
    named('site', d.from),
    ' to ',
    named('site', d.to),
  ],
  DataMoved: (d) => [
    named('other', d.dataset),
    ' of ',
    ...whose(d.scope),
    ' moved from ',
    named('site', d.from),
    ' to ',
    named('site', d.to),
  ],
  DataDeleted: (d) => [
    named('other', d.dataset),
    ' of ',
    ...whose(d.scope),
    ' was deleted at ',
    named('site', d.site),
  ],
  BackupTaken: (d) => [
    named('other', d.dataset),
    ' of ',
    ...whose(d.scope),
    ' was backed up from ',
    named('site', d.from),
    ' to ',
    named('site', d.to),
    ...(d.expires === undefined
      ? [', with no expiry date']
      : [', to be kept until ', named('time', d.expires)]),
  ],
  BackupMoved: (d) => ['The backup ', named('other', d.backup), ' moved to ', named('site', d.to)],
  BackupRestored: (d) => ['The backup ', named('other', d.backup), ' was restored at ', named('site', d.to)],
  BackupDestroyed: (d) => ['The backup ', named('other', d.backup), ' was destroyed'],
  AccessGranted: (d) => [
    named('party', d.party),
    ` may ${and(d.actions)} `,
    ...over(d.over),
    ...(d.expires === undefined ? [] : [', until ', named('time', d.expires)]),
  ],
  AccessRevoked: (d) => ['The grant ', named('other', d.grant), ' was revoked'],
  AccessObserved: (d) => [
    named('party', d.party),
    ` accessed (${d.action}) `,
    named('other', d.dataset),
    ' of ',
    ...whose(d.scope),
    ...(d.site === undefined ? [] : [' at ', named('site', d.site)]),
  ],
  PolicyAdopted: (d) => [
    'The policy ',
    named('other', d.policy),
    ' was adopted, effective from ',
    named('time', d.effectiveFrom),
    ...(d.effectiveUntil === undefined ? [] : [' until ', named('time', d.effectiveUntil)]),
  ],
  PolicySuspended: (d) => ['The policy ', named('other', d.policy), ' was suspended'],
  PolicyReinstated: (d) => ['The policy ', named('other', d.policy), ' was reinstated'],
  PolicyWithdrawn: (d) => ['The policy ', named('other', d.policy), ' was withdrawn'],
  EventRetracted: (d) => ['Retracts ', ...target(d.event), `. ${String(d.reason ?? '')}`],
  EventCorrected: (d) => [
    'Corrects ',
    ...target(d.event),
    ...(d.time === undefined ? [] : [', valid from ', named('time', d.time)]),
    `. ${String(d.reason ?? '')}`,
  ],
};

/** The sentence of an event; its type where there is no sentence for it. */
export const sentenceOfEvent = ({ type, data }: Pick<WireEvent, 'type' | 'data'>): ReadonlyArray<Piece> =>
  (sentences[type]?.(fieldsOf(data)) ?? [type]).filter((piece) => piece !== '');

/** The type, in words: `DataMoved` is "data moved". */
export const typeInWords = (type: string): string =>
  type.replace(/(?<!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
