/** Replays, started and followed over HTTP. */
import type { Client, Reply } from './server.ts';

/** How long a replay of a test's events may take. */
export const replayMsMax = 120_000;

/** A replay in the server's answer. */
export interface ToldReplay {
  readonly id: string;
  readonly state: 'running' | 'serving' | 'failed' | 'cancelled';
  readonly rollback: boolean;
  readonly processed: number;
  readonly total: number;
  readonly rate: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly etaMs: number | null;
  readonly differences: { compared: number; changed: number; examples: unknown[] } | null;
  readonly failure: string | null;
}

/** Requests a replay or a rollback. */
export const askReplay = async (client: Client, body?: object): Promise<Reply> => {
  const response = await client.request('/v1/replays', {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

/** Starts a replay, which must be possible; returns where to follow it. */
export const startReplay = async (client: Client, body?: object): Promise<string> => {
  const { status, headers, body: told } = await askReplay(client, body);
  const location = headers.get('location');
  if (status !== 202 || location === null) throw new Error(`not started: ${status} ${JSON.stringify(told)}`);
  return location;
};

/** All events of a followed replay until its stream ends: each name with its data. */
export const followReplay = async (
  client: Client,
  location: string,
): Promise<ReadonlyArray<readonly [string, ToldReplay]>> => {
  const signal = AbortSignal.timeout(replayMsMax);
  const response = await client.request(location, { headers: { accept: 'text/event-stream' }, signal });
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const field = (name: string): string =>
        each
          .split('\n')
          .find((line) => line.startsWith(`${name}:`))!
          .slice(name.length + 1)
          .trim();
      return [field('event'), JSON.parse(field('data')) as ToldReplay] as const;
    });
};

/** Waits until the replay has ended, and returns its result. */
export const endOfReplay = async (client: Client, location: string): Promise<ToldReplay> =>
  (await followReplay(client, location)).at(-1)![1];
