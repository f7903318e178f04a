/** The trusted keys of a command: those in `--key`, and those of a trust policy (C2SP tlog-policy). */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { parseVerifierKey, type VerifierKey } from '../../integrity/keys.ts';
import { parseTlogPolicy, type TlogPolicy } from '../../integrity/tlog-policy.ts';
import { type Failure, failureOfThrown, invalidUse } from './failure.ts';

export interface TrustOptions {
  readonly key?: ReadonlyArray<string>;
  readonly policy?: string;
}

export interface Trusted {
  readonly keys: ReadonlyArray<VerifierKey>;
  readonly policy: TlogPolicy;
}

/** The text of a file. */
export const readText = (file: string): E.Either<Failure, string> =>
  E.tryCatch(() => readFileSync(file, 'utf8'), failureOfThrown);

/** The trust policy in a file. */
export const readTlogPolicy = (file: string): E.Either<Failure, TlogPolicy> =>
  pipe(
    readText(file),
    E.flatMap((text) =>
      pipe(
        parseTlogPolicy(text),
        E.mapLeft((fault) => invalidUse(`${file}: ${fault}`)),
      ),
    ),
  );

const noPolicy: TlogPolicy = { logs: [], witnesses: [], quorum: undefined };

/** The trust that the options express: at least one key of a log. */
export const trustedBy = ({ key = [], policy }: TrustOptions): E.Either<Failure, Trusted> =>
  pipe(
    E.Do,
    E.bind('keys', () =>
      pipe(
        E.traverseArray(parseVerifierKey)(key),
        E.mapLeft((fault) => invalidUse(`--key: ${fault}`)),
      ),
    ),
    E.bind('policy', () => (policy === undefined ? E.right(noPolicy) : readTlogPolicy(policy))),
    E.filterOrElse(
      (trusted) => trusted.keys.length + trusted.policy.logs.length > 0,
      () =>
        invalidUse(
          'name the keys that you trust with --key VKEY or --policy FILE',
          'Get them from a source that the operator does not control. On the ledger’s machine, `domicile log key` prints them.',
        ),
    ),
  );
