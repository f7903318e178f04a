/** One finding by its id, with its policy and the events that prove it (R19). */
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../contract/problem.ts';
import type { FindingDetail } from '../contract/rows/policy.ts';
import { readPolicy } from '../domain/policy/cedar/read-policy.ts';
import { type Finding, findingId } from '../domain/policy/finding.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatBound, type Instant } from '../domain/time/instant.ts';
import { cachedByKnowledge } from './cached-by-knowledge.ts';
import { allFindings } from './findings.ts';
import { policyVersions } from './policies.ts';
import type { View } from './view.ts';
import { wireFinding } from './wire-finding.ts';

/** Moments of knowledge whose findings are cached by id. */
const momentsMax = 4;
/** Events that one finding shows in full: the first. */
const shownEventsMax = 500;

/** Ids by finding: most findings are the same objects at the next position, and hashing is slow. */
const ids = new WeakMap<Finding, string>();
const idOf = (finding: Finding): string => {
  let id = ids.get(finding);
  if (id === undefined) {
    id = findingId(finding);
    ids.set(finding, id);
  }
  return id;
};

const byId = cachedByKnowledge(
  momentsMax,
  (view): ReadonlyMap<string, Finding> =>
    new Map(allFindings(view).map((finding) => [idOf(finding), finding])),
);

/** The finding with an id, as the view knows it. */
export const findingOf = (view: View, id: string): E.Either<Problem, Finding> => {
  const finding = byId.get(view).get(id);
  return finding === undefined
    ? E.left({
        kind: 'unknown',
        what: 'finding',
        detail:
          'no finding has this id at this moment. A later event or correction may have changed when it begins; ask with the clocks of the answer that named it',
      })
    : E.right(finding);
};

/** The text of a rule within that of its policy, including its annotations. */
const ruleTextIn = (cedar: string, rule: string): string | null => {
  const read = readPolicy(cedar);
  return E.isLeft(read) ? null : (read.right.rules.find((each) => each.rule === rule)?.text ?? null);
};

/** A finding in full; its events still have pseudonyms. */
export interface FoundFinding {
  readonly detail: Omit<FindingDetail, 'proof'>;
  readonly proof: ReadonlyArray<RecordedEvent>;
}

/** The finding in full, with `subjects` at the instant or, if that is outside the finding, at its nearer end. */
export const findingDetail = (view: View, finding: Finding, at: Instant): FoundFinding => {
  const version = policyVersions(view).find(
    (each) => each.policy === finding.policy && each.version === finding.version,
  )!;
  const { title, authority, adoptedBy, effectiveFrom, effectiveUntil, cedar } = version;
  const proof = finding.events.slice(0, shownEventsMax).flatMap((position) => view.recorded(position) ?? []);
  return {
    detail: {
      ...wireFinding(view, finding, at),
      title,
      authority,
      adoptedBy: adoptedBy === null ? null : String(adoptedBy),
      effectiveFrom: formatBound(effectiveFrom),
      effectiveUntil: formatBound(effectiveUntil),
      cedar,
      ruleText: cedar === null ? null : ruleTextIn(cedar, finding.rule),
      proofLeftOut: Math.max(0, finding.events.length - shownEventsMax),
    },
    proof,
  };
};
