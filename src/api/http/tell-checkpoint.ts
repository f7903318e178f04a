/** Adds the header `Domicile-Checkpoint: size, root, age` to every response. */
import type { MiddlewareHandler } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApiEnv } from './caller.ts';

const msPerSecond = 1_000;

/**
 * Adds the header: the size in events, the root in Base 64, and the age in whole seconds; `stopped` if signing has
 * stopped. Before the first checkpoint, it is absent.
 */
export const tellCheckpoint = (ledger: Ledger): MiddlewareHandler<ApiEnv> => {
  const { merkle, now } = ledger.parts;
  return async (context, next) => {
    const { checkpoint, stop } = merkle.state;
    if (checkpoint !== undefined) {
      const [, size, root] = checkpoint.note.split('\n', 3);
      const age = Math.max(0, Math.floor((now() - checkpoint.madeAt) / msPerSecond));
      // Set before the response exists, because changing an existing one copies it.
      context.header(
        'Domicile-Checkpoint',
        `${size}, ${root}, ${age}${stop === undefined ? '' : ', stopped'}`,
      );
    }
    await next();
  };
};
