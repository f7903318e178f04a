/** A command that asks its ledger one question, shows the answer, and ends. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Client } from '../../client/client.ts';
import type { ClientError } from '../../client/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type LedgerOptions, withLedger } from './connection.ts';
import { type CommandResult, failureOf } from './failure.ts';

/** What a question to the ledger comes to. */
type Asked<A> = E.Either<ClientError, A>;

/**
 * Asks the ledger that the options select. It has to exist.
 *
 * @param show shows the answer; returns the exit code.
 */
export const askLedger = <A>(
  options: LedgerOptions,
  terminal: Terminal,
  ask: (ledger: Client) => Promise<Asked<A>>,
  show: (answer: A) => number,
): Promise<CommandResult> =>
  withLedger(options, terminal, false, async (ledger) =>
    pipe(
      await ask(ledger),
      E.bimap((error) => failureOf(error, options.url), show),
    ),
  );

/** How long an answer that is not there yet is waited for: a log that was just opened is hashed first. */
const waitMsMax = 60_000;
const askAgainMs = 200;

const isUnavailable = (error: ClientError): boolean => error.kind === 'problem' && error.status === 503;

/** Asks until the ledger is ready to answer, and what it answers is there. */
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
