/** Random questions at known positions. The operator answers them, and the monitor derives the answers itself. */
import * as E from 'fp-ts/lib/Either.js';
import type { Answered, Asked } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import { limitDefault } from '../contract/questions/parameter.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { askAsKnown } from '../ledger/ask.ts';
import type { IndexReader } from '../projections/engine/index-reader.ts';
import { type AskedWidely, answerWidely, type WideQuestion } from '../questions/wide/wide-questions.ts';
import type { LogReader } from '../store/log-reader.ts';
import type { OperatorAnswer } from './operator.ts';

/** A question that both sides answer. */
export interface CrossQuestion {
  readonly path: string;
  readonly question: WideQuestion;
  readonly given: object;
  readonly validAt: Instant;
  readonly position: number;
}

const aboutPerson: ReadonlyArray<readonly [string, WideQuestion]> = [
  ['residency', 'residencyOfPerson'],
  ['history', 'historyOfPerson'],
  ['reach', 'reachOfPerson'],
  ['findings', 'findingsOfPerson'],
];

/** The sites in the data of an event, where they are plain text. */
const sitesIn = (data: unknown): ReadonlyArray<string> =>
  typeof data !== 'object' || data === null
    ? []
    : ['site', 'to', 'from'].flatMap((name) => {
        const value = (data as Record<string, unknown>)[name];
        return typeof value === 'string' ? [value] : [];
      });

/** Events to search for a person or a site to ask about. */
const triesMax = 20;

/**
 * Creates a question about names in the log, as known at some position.
 *
 * @param random returns a number in [0, 1).
 */
export const makeUp = (
  log: LogReader,
  reader: IndexReader,
  now: Instant,
  random: () => number,
): CrossQuestion | undefined => {
  const head = reader.checkpoint();
  if (head === 0) return undefined;
  const below = (count: number): number => Math.min(count - 1, Math.floor(random() * count));
  for (let tries = 0; tries < triesMax; tries++) {
    const at = 1 + below(head);
    // Half of the questions are about the latest position, as most real questions are.
    const position = random() < 0.5 ? head : at + below(head - at + 1);
    const validAt = random() < 0.5 ? now : log.recordedAtOf(1 + below(head))!;
    const clocks = `validAt=${formatInstant(validAt)}&knownPosition=${position}`;
    const asked = (path: string, question: WideQuestion, given: object): CrossQuestion => ({
      path: `/v1/${path}?${clocks}`,
      question,
      given,
      validAt,
      position,
    });
    const recorded = askAsKnown(reader, head, 'claimed', (view) => view.recorded(at));
    const subjects = recorded === undefined ? [] : [...subjectsOf(recorded.event)];
    const sites = recorded === undefined ? [] : sitesIn(recorded.event.data);
    if (subjects.length > 0) {
      const subject = subjects[below(subjects.length)]!;
      const [path, question] = aboutPerson[below(aboutPerson.length)]!;
      return asked(`subjects/${encodeURIComponent(subject)}/${path}`, question, { subject });
    }
    if (sites.length > 0 && random() < 0.8) {
      const id = sites[below(sites.length)]!;
      return asked(`sites/${encodeURIComponent(id)}/holdings`, 'holdings', { id });
    }
    if (random() < 0.2) return asked('findings', 'findings', {});
  }
  return undefined;
};

/** The answer of the copy. */
export const deriveAnswer = (
  log: LogReader,
  reader: IndexReader,
  { question, given, validAt, position }: CrossQuestion,
): E.Either<Problem, Answered> => {
  const asked: Asked = {
    clocks: { validAt, knownAt: log.recordedAtOf(position)!, position, minAssurance: 'claimed' },
    limit: limitDefault,
    after: undefined,
    parameters: {},
  };
  return askAsKnown(reader, position, 'claimed', (view) =>
    answerWidely(view, { question, asked, given } as unknown as AskedWidely),
  );
};

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
};

/** The comparable form of an answer: its rows, and whether there are more. */
const comparable = (data: unknown, isLast: boolean): string => JSON.stringify({ data, isLast });

/** The derived answer as text, to compare and to store. */
export const ownText = (answer: E.Either<Problem, Answered>): string =>
  E.isLeft(answer)
    ? JSON.stringify({ refused: answer.left.kind })
    : comparable(answer.right.data, (answer.right.after ?? null) === null);

/**
 * Whether the operator's answer differs. An operator that is overloaded, denies access, or refuses a long question
 * gives no answer to compare; the result says how many were compared.
 */
export const differs = (
  answer: E.Either<Problem, Answered>,
  { status, bytes }: OperatorAnswer,
): 'same' | 'other' | 'no-answer' => {
  if (status !== 200 && status !== 404) return 'no-answer';
  if (E.isLeft(answer)) return status === 200 ? 'other' : 'same';
  const body = parsed(bytes);
  if (status === 404 || typeof body !== 'object' || body === null || !('data' in body)) return 'other';
  const isLast = !('next' in body) || body.next === null;
  return comparable(body.data, isLast) === ownText(answer) ? 'same' : 'other';
};
