/** Parses the path of a tile in a route. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Problem } from '../../contract/problem.ts';
import { parseTilePath } from '../../integrity/tiles.ts';

/** The tile of a path, or a bad-parameter problem. */
export const tilePath = (text: string) =>
  pipe(
    parseTilePath(text),
    E.mapLeft((fault): Problem => ({ kind: 'bad-parameter', parameter: 'tile', detail: `tile: ${fault}` })),
  );
