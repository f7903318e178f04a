/**
 * Wide questions: those about everybody, a whole site, a policy or a party. They can take long, so on a large
 * ledger a separate thread answers them (`ledger/answering.ts`). Here they are functions of a view.
 */
import type { Asked } from '../../contract/asked.ts';
import type { View } from '../view.ts';
import { backup, backups } from './backups.ts';
import type { Outcome } from './outcome.ts';
import { affectedByParty, finding, peopleOfFinding, staysOfPeople } from './people.ts';
import {
  fileOfPerson,
  findingsOfPerson,
  historyOfPerson,
  reachOfPerson,
  residencyOfPerson,
  trailOfPerson,
} from './person.ts';
import { findings, findingsDifference, policySimulation } from './policy.ts';
import { partyReach, reachSimulation } from './reach.ts';
import { discrepancies, discrepanciesOfWrite } from './recording.ts';
import { assessment, report } from './reports.ts';
import { holdings, holdingsOfDataset, lineage, population, populations, transfers } from './residency.ts';

/** All wide questions by name. Their inputs and answers are plain data, which can pass between threads. */
export const wideQuestions = {
  populations,
  population,
  holdings,
  holdingsOfDataset,
  lineage,
  transfers,
  backups,
  backup,
  report,
  assessment,
  discrepancies,
  discrepanciesOfWrite,
  findings,
  finding,
  peopleOfFinding,
  affectedByParty,
  staysOfPeople,
  findingsDifference,
  policySimulation,
  partyReach,
  reachSimulation,
  residencyOfPerson,
  historyOfPerson,
  reachOfPerson,
  trailOfPerson,
  findingsOfPerson,
  fileOfPerson,
};

export type WideQuestion = keyof typeof wideQuestions;

/** The questions about one person. */
export type QuestionAboutPerson = {
  [Q in WideQuestion]: (typeof wideQuestions)[Q] extends (
    view: View,
    asked: never,
    given: { readonly subject: string },
  ) => unknown
    ? Q
    : never;
}[WideQuestion];

/** The input of a question besides the parameters of its request. */
export type GivenTo<Q extends WideQuestion> =
  Parameters<(typeof wideQuestions)[Q]> extends [View, unknown, infer Given]
    ? Given
    : Readonly<Record<string, never>>;

/** The parameters of a question's request. */
export type AskedFor<Q extends WideQuestion> = Parameters<(typeof wideQuestions)[Q]>[1]['parameters'];

/** The data of the answer to a question. */
export type FoundBy<Q extends WideQuestion> =
  ReturnType<(typeof wideQuestions)[Q]> extends Outcome<infer A> ? A : never;

/** A wide question as passed to the answering thread. */
export interface AskedWidely<Q extends WideQuestion = WideQuestion> {
  readonly question: Q;
  readonly asked: Asked<AskedFor<Q>>;
  readonly given: GivenTo<Q>;
}

/** Answers a wide question from what a view knows. */
export const answerWidely = <Q extends WideQuestion>(
  view: View,
  { question, asked, given }: AskedWidely<Q>,
): Outcome<FoundBy<Q>> =>
  (
    wideQuestions[question] as (
      view: View,
      asked: Asked<AskedFor<Q>>,
      given: GivenTo<Q>,
    ) => Outcome<FoundBy<Q>>
  )(view, asked, given);
