/**
 * Cedar's own engine in a browser: it has to be loaded before it is asked, for which WebAssembly takes a moment.
 */
import * as cedar from '@cedar-policy/cedar-wasm/web';
import * as E from 'fp-ts/lib/Either.js';
import type { CedarEngine } from './cedar-engine.ts';

let isLoaded = false;

/** Loads the engine; the next call does nothing. */
export const loadCedar = async (): Promise<void> => {
  if (isLoaded) return;
  await cedar.default();
  isLoaded = true;
};

/** Calls the engine: its answer, or its error. */
export const askCedar = <A>(question: (cedar: CedarEngine) => A): E.Either<Error, A> => {
  if (!isLoaded) return E.left(new Error('the Cedar engine is not loaded'));
  try {
    return E.right(question(cedar as CedarEngine));
  } catch (thrown) {
    return E.left(E.toError(thrown));
  }
};
