/** Rebuilding the projections from the log. */
import * as E from 'fp-ts/lib/Either.js';
import { Replay, ReplayList, type ReplayRequest } from '../contract/replays.ts';
import type { Asking } from './asking.ts';
import type { ClientError } from './errors.ts';
import { follow } from './follow.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import { ask, tell } from './transport.ts';

/** The calls about replays. */
export const replayCalls = ({ target, policy, send }: Asking) => ({
  /** Starts a replay; there is one at a time. */
  start: ({ signal }: RequestOptions = {}): Reply<Replay> =>
    ask(target, { method: 'POST', path: ['v1', 'replays'], signal }, Replay),
  /** Returns to the projections that served before the last swap, once they have caught up. */
  rollBack: (options?: RequestOptions): Reply<Replay> =>
    send(Replay, ['replays'], { rollback: true } satisfies ReplayRequest, {}, options),
  /** The remembered replays, the latest first. */
  list: ({ signal }: RequestOptions = {}): Rows<Replay> =>
    ask(target, { path: ['v1', 'replays'], signal }, ReplayList),
  get: (id: string, { signal }: RequestOptions = {}): Reply<Replay> =>
    ask(target, { path: ['v1', 'replays', id], signal }, Replay),
  cancel: (id: string, { signal }: RequestOptions = {}): Reply<void> =>
    tell(target, { method: 'DELETE', path: ['v1', 'replays', id], signal }),
  /** The state of a replay, on each change, until it has ended. */
  follow: async function* (
    id: string,
    { signal }: RequestOptions = {},
  ): AsyncGenerator<E.Either<ClientError, Replay>, void, undefined> {
    for await (const replay of follow(target, policy, { path: ['v1', 'replays', id], signal }, Replay)) {
      yield replay;
      if (E.isRight(replay) && replay.right.state !== 'running') return;
    }
  },
});
