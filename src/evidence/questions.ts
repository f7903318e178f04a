/**
 * The questions of a bundle: about a person, a party, a site or a finding, with both clocks; and the answers, as
 * given by the ledger's questions.
 */
import type { Clocks, HeardUntil } from '../contract/answers.ts';
import { periodOf } from '../contract/questions/question.ts';
import type { FindingRow } from '../contract/rows/policy.ts';
import type { ReachRow } from '../contract/rows/reach.ts';
import type { Assurance } from '../domain/events/words.ts';
import { type Finding, type FindingHolding, findingId } from '../domain/policy/finding.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { type Behind, heardUntil } from '../questions/coverage.ts';
import { allFindings, findingsOfSubject } from '../questions/findings.ts';
import { holdingsAt } from '../questions/holdings.ts';
import { reachOfParty, wireHoldingReach } from '../questions/party-reach.ts';
import { policyRows } from '../questions/policies.ts';
import { reachPage } from '../questions/reach.ts';
import { historyBetween, residencyAt } from '../questions/residency.ts';
import { naming, trailOf } from '../questions/trail.ts';
import type { View } from '../questions/view.ts';
import { wireFinding, withoutKnownSince } from '../questions/wire-finding.ts';
import type { Json } from './canonical-json.ts';

/** The kinds of things that a bundle can be about. */
export const evidenceKinds = ['subject', 'party', 'site', 'finding'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/**
 * The thing that a finding is about. It leads to the finding's events, which the id does not. A finding about
 * another thing has another id.
 */
export interface SoughtFinding extends FindingHolding {
  /** The silent source. */
  readonly source: string | null;
  /** The position of the unexplained access. */
  readonly event: number | null;
}

/** The thing that a finding is about, as a bundle names it. */
export const soughtOf = ({
  holding,
  source,
  events,
}: {
  readonly holding: FindingHolding;
  readonly source?: string | undefined;
  readonly events: ReadonlyArray<number | string>;
}): SoughtFinding => {
  const { dataset, site, kind, backup, population } = holding;
  const isAccess = kind === null && source === undefined;
  const event = isAccess && events[0] !== undefined ? Number(events[0]) : null;
  return { dataset, site, kind, backup, population, source: source ?? null, event };
};

/** A question; a person is given by the pseudonym. */
export interface EvidenceQuestion {
  readonly about: EvidenceKind;
  readonly id: string;
  /** Only for questions about a finding. */
  readonly finding?: SoughtFinding | undefined;
  readonly validAt: Instant;
  /** The last position to know. */
  readonly position: number;
  readonly minAssurance: Assurance;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** For a person: whether to include the trail. */
  readonly trail: boolean;
}

/** One answer of a bundle. */
export interface EvidenceAnswer {
  /** The name of the question, as in the path of the API. */
  readonly question: string;
  readonly clocks: Clocks;
  readonly data: unknown;
}

/** Nothing is known at this moment about the subject matter of the question. */
export class NothingKnown extends Error {}

const pageRowsMax = 1_000;

/** Everybody who reached a person's data: all pages together, with one row for each party. */
const wholeReach = (view: View, { id, validAt, from, to }: EvidenceQuestion): ReadonlyArray<ReachRow> => {
  const during = from === undefined && to === undefined ? {} : { during: bounds(from, to) };
  const rows: ReachRow[] = [];
  for (let after: string | number | undefined | null; after !== null; ) {
    const page = reachPage(
      view,
      id,
      { at: validAt, ...during },
      { after: after ?? undefined, limit: pageRowsMax },
    );
    for (const row of page.data) {
      const last = rows.at(-1);
      if (last?.party === row.party)
        rows[rows.length - 1] = { ...last, intervals: [...last.intervals, ...row.intervals] };
      else rows.push(row);
    }
    after = page.after ?? null;
  }
  return rows;
};

const bounds = (from: Instant | undefined, to: Instant | undefined) =>
  periodOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });

/** The policies of findings, with their texts. */
const policiesOf = (view: View, findings: ReadonlyArray<{ readonly policy: string }>): unknown => {
  const named = new Set(findings.map(({ policy }) => policy));
  return policyRows(view).filter(({ policy }) => named.has(policy));
};

/**
 * With these rules, bundles whose answers rest on more events than this do not say since when a finding is known.
 */
const knownSinceEventsMax = 150;

const findingRow = (view: View, finding: Finding, at: Instant): FindingRow =>
  view.index.positionsAfter(0, knownSinceEventsMax + 1).length > knownSinceEventsMax
    ? { ...withoutKnownSince(finding, at), knownSince: null }
    : wireFinding(view, finding, at);

type Found = ReadonlyArray<readonly [question: string, data: unknown]>;

const aboutSubject = (view: View, asked: EvidenceQuestion): Found => {
  const { id, validAt, from, to, trail } = asked;
  const names = naming(id);
  const isNamed = view.positions('subject', id).some((position) => {
    const recorded = view.recorded(position);
    return recorded !== undefined && names(recorded);
  });
  if (!isNamed) throw new NothingKnown();
  const during = bounds(from, to);
  const findings = findingsOfSubject(view, id).map((finding) => withoutKnownSince(finding, validAt));
  return [
    ['residency', residencyAt(view, id, validAt)],
    ['history', historyBetween(view, id, during.from, during.to)],
    ['reach', wholeReach(view, asked)],
    ['findings', findings],
    ['policies', policiesOf(view, findings)],
    ...(trail
      ? ([
          [
            'trail',
            trailOf(view, id, names).map(({ recorded, why }) => ({ event: String(recorded.position), why })),
          ],
        ] as const)
      : []),
  ];
};

const isNamed = (view: View, kind: 'site' | 'party', id: string): boolean =>
  view.index.sourcesNaming(kind, id, view.recordedUpTo, 1).length > 0;

const aboutSite = (view: View, { id, validAt }: EvidenceQuestion): Found => {
  if (!isNamed(view, 'site', id)) throw new NothingKnown();
  const findings = allFindings(view).filter(({ holding }) => holding.site === id);
  return [
    ['holdings', holdingsAt(view, id, validAt)],
    ['findings', findings.map((finding) => findingRow(view, finding, validAt))],
    ['policies', policiesOf(view, findings)],
  ];
};

const aboutParty = (view: View, { id, validAt, from, to }: EvidenceQuestion): Found => {
  if (!isNamed(view, 'party', id)) throw new NothingKnown();
  const findings = allFindings(view).filter(({ party }) => party === id);
  const during =
    from === undefined && to === undefined ? { from: validAt, to: validAt + 1 } : bounds(from, to);
  return [
    ['reach', reachOfParty(view, id, validAt, during).map(wireHoldingReach)],
    ['findings', findings.map((finding) => findingRow(view, finding, validAt))],
    ['policies', policiesOf(view, findings)],
  ];
};

const aboutFinding = (view: View, { id, validAt }: EvidenceQuestion): Found => {
  const findings = allFindings(view).filter((finding) => findingId(finding) === id);
  if (findings.length === 0) throw new NothingKnown();
  return [
    ['findings', findings.map((finding) => findingRow(view, finding, validAt))],
    ['policies', policiesOf(view, findings)],
  ];
};

/** The sources behind a finding are those of its events, and those that report on its site. */
const behind = ({ about, id }: EvidenceQuestion): Behind => (about === 'finding' ? {} : { [about]: id });

/**
 * The answers to the question of a bundle.
 *
 * @throws NothingKnown if nothing is known about the subject matter; NotKeyed if the index of the view cannot prove
 * the answer.
 */
export const answersTo = (view: View, asked: EvidenceQuestion): ReadonlyArray<EvidenceAnswer> => {
  const about = { subject: aboutSubject, site: aboutSite, party: aboutParty, finding: aboutFinding };
  const { validAt, position } = asked;
  const knownAt = view.index.recordedAtOf(position);
  if (knownAt === undefined) throw new NothingKnown();
  const clocks = {
    validAt: formatInstant(validAt),
    knownAt: formatInstant(knownAt),
    position: String(position),
  };
  return about[asked.about](view, asked).map(([question, data]) => {
    const heard: ReadonlyArray<HeardUntil> = heardUntil(view, data, behind(asked));
    return { question, clocks: { ...clocks, heardUntil: heard }, data };
  });
};

/** Answers as plain JSON, as written and compared. */
export const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
