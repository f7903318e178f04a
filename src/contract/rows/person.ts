/**
 * Everything known about one person (GDPR, Article 15), and what remains to be done after erasing the person
 * (Articles 17, 19).
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { PartyKind } from '../../domain/events/words.ts';
import { BackupRow } from './backups.ts';
import { TrailRow } from './events.ts';
import { Time, WirePosition } from './fields.ts';
import { FindingRow } from './policy.ts';
import { ReachRow } from './reach.ts';
import { ReadRow } from './reads.ts';
import { HistoryRow, ResidencyRow } from './residency.ts';

const MembershipRow = exact(
  'MembershipRow',
  {
    population: t.string,
    name: nullable(t.string),
    jurisdiction: nullable(t.string),
    from: Time,
    to: nullable(Time),
    events: list(WirePosition),
  },
  {},
);

/** A dataset with data of the person: its description, its controller, and the sources that reported the data. */
const PersonDatasetRow = exact(
  'PersonDatasetRow',
  {
    dataset: t.string,
    name: nullable(t.string),
    categories: list(t.string),
    controller: nullable(t.string),
    held: t.boolean,
    sources: list(t.string),
  },
  {},
);

/** An access to the person's data. `site` is null if the event has none. */
const AccessRow = exact(
  'AccessRow',
  {
    at: Time,
    party: t.string,
    name: nullable(t.string),
    action: t.string,
    dataset: t.string,
    site: nullable(t.string),
    ofPopulation: nullable(t.string),
    events: list(WirePosition),
  },
  {},
);

/** A permission that covered the person's data, with purpose and legal basis. */
const PurposeRow = exact(
  'PurposeRow',
  {
    grant: t.string,
    party: t.string,
    actions: list(t.string),
    purpose: nullable(t.string),
    basis: nullable(t.string),
    from: nullable(Time),
    to: nullable(Time),
    events: list(WirePosition),
  },
  {},
);

/** How a party came into contact with the person's data. */
export const RecipientHow = oneOf('how a party comes to data', [
  'accessed',
  'stored',
  'granted',
  'could-reach',
]);
export type RecipientHow = t.TypeOf<typeof RecipientHow>;

/**
 * A party other than the dataset's controller that stored the data, accessed it, or could reach it, with or without
 * a permission. `disclosed`: it stored or accessed the data, and so must be informed of an erasure (Article 19).
 * `to` is null while it still can.
 */
export const RecipientRow = exact(
  'RecipientRow',
  {
    party: t.string,
    kind: nullable(PartyKind),
    name: nullable(t.string),
    country: nullable(t.string),
    datasets: list(t.string),
    how: list(RecipientHow),
    disclosed: t.boolean,
    from: nullable(Time),
    to: nullable(Time),
    events: list(WirePosition),
  },
  {},
);
export type RecipientRow = t.TypeOf<typeof RecipientRow>;

/** An event that erased the person's data or the person. */
const ErasureRow = exact(
  'ErasureRow',
  {
    at: Time,
    kind: oneOf('what was erased', ['data', 'person']),
    dataset: nullable(t.string),
    events: list(WirePosition),
  },
  {},
);

/** The sections of the file that contain lists. */
export const personSections = [
  'populations',
  'datasets',
  'residency',
  'history',
  'reach',
  'accesses',
  'purposes',
  'recipients',
  'findings',
  'backups',
  'reads',
  'trail',
] as const;

/**
 * Everything about one person. Each list has up to `limit` rows; `cut` names the lists with more, which have their
 * own paged routes. `residency` and `backups` are as of `validAt`, the others over all time. `reads` are the
 * questions about the person up to `readsUpTo`, the known time. `erasures` are those up to `validAt`; `erasureOpen`
 * says that something still holds the data after one of them, until its destruction is confirmed.
 */
export const PersonFile = exact(
  'PersonFile',
  {
    subject: t.string,
    populations: list(MembershipRow),
    datasets: list(PersonDatasetRow),
    residency: list(ResidencyRow),
    history: list(HistoryRow),
    reach: list(ReachRow),
    accesses: list(AccessRow),
    purposes: list(PurposeRow),
    recipients: list(RecipientRow),
    findings: list(FindingRow),
    backups: list(BackupRow),
    erasures: list(ErasureRow),
    erasureOpen: t.boolean,
    reads: list(ReadRow),
    readsUpTo: Time,
    trail: list(TrailRow),
    cut: list(oneOf('a section', personSections)),
  },
  {},
);
export type PersonFile = t.TypeOf<typeof PersonFile>;
