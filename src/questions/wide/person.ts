/**
 * Questions about one person. Nearly all are answered at once; one that involves very many holdings, parties or
 * events is answered in a separate thread.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Answered, type Asked, cutShort, pageOf, pageOfMade } from '../../contract/asked.ts';
import {
  isOverPeriod,
  type PeriodQuestion,
  type PlainQuestion,
  periodOf,
} from '../../contract/questions/question.ts';
import type { ReachQuestion } from '../../contract/questions/reach.ts';
import type { ReachQuestion as DomainQuestion } from '../../domain/reach/reach-of.ts';
import { heardUntil } from '../coverage.ts';
import { findingsOfSubject } from '../findings.ts';
import { knownName } from '../known-name.ts';
import { type FoundPerson, personFile } from '../person/person-file.ts';
import { cutOf, reachPage } from '../reach.ts';
import { historyBetween, residencyAt } from '../residency.ts';
import { naming, type TrailEntry, trailOf } from '../trail.ts';
import type { View } from '../view.ts';
import { bytesOfFinding, wireFinding } from '../wire-finding.ts';
import type { Outcome } from './outcome.ts';

/** The pseudonym of the person. */
interface AboutPerson {
  readonly subject: string;
}

/** The answer, with how far its sources have vouched (R22). */
const heard = <A>(view: View, subject: string, found: Answered<A>): Outcome<A> =>
  E.right({ ...found, heardUntil: heardUntil(view, found.data, { subject }) });

/** Where the person's data is at an instant (R12). */
export const residencyOfPerson = (
  view: View,
  asked: Asked<PlainQuestion>,
  { subject }: AboutPerson,
): Outcome => heard(view, subject, pageOf(residencyAt(view, subject, asked.clocks.validAt), asked));

/** Where the person's data was in a period (R12). */
export const historyOfPerson = (
  view: View,
  asked: Asked<PeriodQuestion>,
  { subject }: AboutPerson,
): Outcome => {
  const { from, to } = periodOf(asked.parameters);
  return heard(view, subject, pageOf(historyBetween(view, subject, from, to), asked));
};

const domainQuestion = ({ clocks, parameters }: Asked<ReachQuestion>): DomainQuestion => {
  const { party, via, paths } = parameters;
  return {
    at: clocks.validAt,
    ...(isOverPeriod(parameters) ? { during: periodOf(parameters) } : {}),
    ...(party === undefined ? {} : { party }),
    ...(paths === 'all' ? { paths } : {}),
    ...(via === undefined ? {} : { via: new Set(via) }),
  };
};

/** Who could reach the person's data (R13 to R15), or why a party could not. */
export const reachOfPerson = (view: View, asked: Asked<ReachQuestion>, { subject }: AboutPerson): Outcome => {
  const { party, explain } = asked.parameters;
  const known = party === undefined ? undefined : knownName(view, 'party', party);
  if (known !== undefined && E.isLeft(known)) return known;
  if (explain === 'cut' && party !== undefined)
    return heard(view, subject, { data: cutOf(view, subject, party, asked.clocks.validAt) });
  return heard(view, subject, reachPage(view, subject, domainQuestion(asked), asked));
};

/** The audit trail of the person. */
export const trailOfPerson = (
  view: View,
  asked: Asked<PlainQuestion>,
  { subject }: AboutPerson,
): Outcome<ReadonlyArray<TrailEntry>> => {
  const entries = trailOf(view, subject, naming(subject));
  const page: Answered<ReadonlyArray<TrailEntry>> = pageOfMade(
    entries,
    asked,
    (entry) => entry,
    ({ recorded }) => view.index.bytesAt(recorded.position),
  );
  return heard(view, subject, page);
};

/** The findings about the person (R16 to R19). */
export const findingsOfPerson = (
  view: View,
  asked: Asked<PlainQuestion>,
  { subject }: AboutPerson,
): Outcome =>
  heard(
    view,
    subject,
    pageOfMade(
      findingsOfSubject(view, subject),
      asked,
      (finding) => wireFinding(view, finding, asked.clocks.validAt),
      bytesOfFinding,
    ),
  );

/** Everything that the log says about the person. */
export const fileOfPerson = (
  view: View,
  asked: Asked<PlainQuestion>,
  { subject }: AboutPerson,
): Outcome<FoundPerson> => {
  const data = personFile(view, subject, asked);
  return heard(view, subject, data.file.cut.length === 0 ? { data } : { data, also: cutShort });
};
