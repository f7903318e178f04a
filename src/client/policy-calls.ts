/** Policies, their findings, and simulations. */
import { type Answer, answerOf } from '../contract/answers.ts';
import { PersonRow } from '../contract/rows/people.ts';
import { FindingDetail, FindingRow, PolicyRow, WireDifference } from '../contract/rows/policy.ts';
import { SimulatedReachRow } from '../contract/rows/reach.ts';
import type { PolicyDraft, SimulatedEvents } from '../contract/simulations.ts';
import { list } from '../domain/events/codec.ts';
import type { Asking } from './asking.ts';
import type { EventInput } from './event-input.ts';
import { differenceOfPages } from './pages.ts';
import type { DiffQuestion, FindingQuestion, Question, ReachSimulationQuestion } from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';

/** The calls about policies, findings and simulations. */
export const policyCalls = ({ about, rows, registry, send }: Asking) => ({
  reach: {
    /**
     * Who would gain or lose access to what, of how many people, if these events were recorded. Records nothing.
     */
    simulate: (
      events: ReadonlyArray<EventInput>,
      question: ReachSimulationQuestion = {},
      options?: RequestOptions,
    ): Rows<SimulatedReachRow> =>
      send(
        answerOf<ReadonlyArray<SimulatedReachRow>>(list(SimulatedReachRow)),
        ['reach', 'simulate'],
        { events } satisfies SimulatedEvents,
        question,
        options,
      ),
  },

  policies: {
    ...registry('policies', PolicyRow),
    /**
     * The findings of a proposed policy, compared with the version in force; `next` is null at the end. Records
     * nothing.
     */
    simulate: (draft: PolicyDraft, options?: RequestOptions): Reply<Answer<WireDifference>> =>
      differenceOfPages((query) =>
        send(answerOf(WireDifference), ['policies', 'simulate'], draft, query, options),
      ),
  },

  findings: {
    /** The intervals in which rules were broken or could not be judged. */
    list: (question?: FindingQuestion, options?: RequestOptions): Rows<FindingRow> =>
      rows(FindingRow)(['findings'], question, options),
    /** One finding, with the text of its policy and rule, and the events that prove it. */
    get: (finding: string, question?: Question, options?: RequestOptions): Reply<Answer<FindingDetail>> =>
      about(FindingDetail)(['findings', finding], question, options),
    /** The people concerned by it, each with intervals. */
    subjects: (finding: string, question?: Question, options?: RequestOptions): Rows<PersonRow> =>
      rows(PersonRow)(['findings', finding, 'subjects'], question, options),
    /** How another version, or what was learned since, changes the findings; `next` is null at the end. */
    diff: (question: DiffQuestion, options?: RequestOptions): Reply<Answer<WireDifference>> =>
      differenceOfPages((query) =>
        about(WireDifference)(['findings', 'diff'], { ...question, ...query }, options),
      ),
    /** A page of the same; its four lists are paged as one list. */
    diffPage: (question: DiffQuestion, options?: RequestOptions): Reply<Answer<WireDifference>> =>
      about(WireDifference)(['findings', 'diff'], question, options),
  },
});
