/**
 * Reads the samples of other systems.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A record as somebody publishes it, and its path there. */
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
