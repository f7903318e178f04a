/**
 * Cedar's own engine, as WebAssembly. It reads policies at adoption; it judges nothing here.
 *
 * A policy nested deeply enough overruns the engine's stack, and an engine that this happened to fails on everything
 * from then on. So it is discarded, and the next call starts another. A hostile text only gets itself refused.
 */
import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';

/** The functions of the engine that Domicile uses. */
export type CedarEngine = Pick<
  typeof import('@cedar-policy/cedar-wasm/nodejs'),
  'policySetTextToParts' | 'policyToJson' | 'validate'
>;

const require = createRequire(import.meta.url);
const modulePath = require.resolve('@cedar-policy/cedar-wasm/nodejs');

let engine: CedarEngine | undefined;

const start = (): CedarEngine => {
  delete require.cache[modulePath];
  return require(modulePath) as CedarEngine;
};

/**
 * Asks the engine.
 *
 * @returns the answer, or what the engine failed with; another engine answers the next question then.
 */
export const askCedar = <A>(question: (cedar: CedarEngine) => A): E.Either<Error, A> => {
  engine ??= start();
  try {
    return E.right(question(engine));
  } catch (thrown) {
    engine = undefined;
    return E.left(E.toError(thrown));
  }
};
