/**
 * Reads the samples of other systems.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ImportKindName } from '../../src/import/kind-names.ts';
import { type ImportOptions, importKinds } from '../../src/import/kinds.ts';

/** A record as published, with its path there. */
export interface Sample {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a record of whatever form
  readonly event: any;
}

/** The samples in a file, with the placeholders of templates filled in. */
export const samplesIn = (...path: ReadonlyArray<string>): ReadonlyArray<Sample> =>
  readFileSync(join(import.meta.dirname, 'samples', ...path), 'utf8')
    .replaceAll(/\$\{json-unit[^"]*/g, 'any')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/**
 * An importer's result for a record: the type and data of each event, without descriptions; and what became none.
 */
export const become = (
  kind: ImportKindName,
  record: unknown,
  options: ImportOptions = {},
): {
  readonly facts: ReadonlyArray<readonly [string, unknown]>;
  readonly unmapped: ReadonlyArray<string>;
} => {
  const opened = orFail(importKinds[kind].open(options));
  const { events, unmapped } = orFail(opened.importer(record));
  const facts = events
    .filter(({ id }) => !id.startsWith('registered/'))
    .map(({ type, data }) => [type, data] as const);
  return { facts, unmapped };
};

/** The value; fails the test with the faults if there is none. */
export const orFail = <A>(outcome: E.Either<unknown, A>): A => {
  if (E.isRight(outcome)) return outcome.right;
  throw new Error(JSON.stringify(outcome.left));
};
