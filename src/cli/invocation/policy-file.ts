/** A policy file: its Cedar text, and the name derived from the file's. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Failure, invalidUse } from './failure.ts';

export interface PolicyFile {
  readonly name: string;
  readonly cedar: string;
}

/** Reads a policy file. */
export const readPolicyFile = (file: string): E.Either<Failure, PolicyFile> =>
  E.tryCatch(
    () => ({ name: basename(file).replace(/\.cedar$/, ''), cedar: readFileSync(file, 'utf8') }),
    () =>
      invalidUse(
        `${file} cannot be read; expected a file with a Cedar policy`,
        'See docs/how-to/write-a-policy.md for examples.',
      ),
  );
