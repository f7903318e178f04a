/** Runs a command that asks its ledger one question and shows the answer. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Answer, Client } from '../../client/client.ts';
import type { ClientError } from '../../client/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { spoken } from '../terminal/wording.ts';
import { type LedgerOptions, withLedger } from './connection.ts';
import { type CommandResult, failureOf } from './failure.ts';

/** The result of a question to the ledger. */
type Asked<A> = E.Either<ClientError, A>;

const knewNothing = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  (answer as Partial<Answer<unknown>>).clocks?.knownNothing === true;

/** Tells when the ledger first knew something, to a user who asked about an earlier known time. */
const tellFirstEvent = async (ledger: Client, terminal: Terminal): Promise<void> => {
  const first = await ledger.events.list({ limit: 1 });
  if (E.isLeft(first)) return;
  const recordedAt = first.right.data[0]?.recordedat;
  terminal.note(
    recordedAt === undefined
      ? 'This ledger has recorded no event yet.'
      : `This ledger recorded its first event on ${spoken(recordedAt)}.`,
  );
};

/**
 * Asks the ledger selected by the options, which must exist.
 *
 * @param show shows the answer; returns the exit code.
 */
export const askLedger = <A>(
  options: LedgerOptions,
  terminal: Terminal,
  ask: (ledger: Client) => Promise<Asked<A>>,
  show: (answer: A) => number,
): Promise<CommandResult> =>
  withLedger(options, terminal, false, async (ledger) => {
    const answer = await ask(ledger);
    if (E.isLeft(answer)) return E.left(failureOf(answer.left, options.url));
    const exitCode = show(answer.right);
    if (knewNothing(answer.right)) await tellFirstEvent(ledger, terminal);
    return E.right(exitCode);
  });

/** How long to wait for an answer that does not exist yet: a newly opened log is hashed first. */
const waitMsMax = 60_000;
const askAgainMs = 200;

const isUnavailable = (error: ClientError): boolean => error.kind === 'problem' && error.status === 503;

/** Asks until the ledger is ready and the answer exists. */
export const askUntilThere = async <A>(
  ask: () => Promise<Asked<A>>,
  isThere: (answer: A) => boolean = () => true,
): Promise<Asked<A>> => {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const answer = await ask();
    const isEarly = pipe(
      answer,
      E.match(isUnavailable, (found) => !isThere(found)),
    );
    if (!isEarly || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
};
