/**
 * A thread that polls a server over separate connections, so that work of the test itself does not count as delay
 * of the server.
 */
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, paths, everyMs } = workerData as {
  readonly url: string;
  readonly paths: ReadonlyArray<string>;
  readonly everyMs: number;
};
/** An answer that takes longer counts as this long. */
const waitMsMax = 60_000;
const agent = new Agent({ keepAlive: true });
const delays: number[][] = paths.map(() => []);
const failures: string[] = [];
let ending = false;

const ask = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const request = get(url + path, { agent, timeout: waitMsMax }, (response) => {
      response.resume();
      response.once('end', () =>
        resolve(response.statusCode === 200 ? undefined : String(response.statusCode)),
      );
    });
    request.once('timeout', () => request.destroy());
    request.once('error', (error) => resolve(error.message));
  });

const probe = async (path: string, into: number[]): Promise<void> => {
  while (!ending) {
    const started = performance.now();
    const failure = await ask(path);
    into.push(performance.now() - started);
    if (failure !== undefined) failures.push(`${path}: ${failure}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};

parentPort!.once('message', () => {
  ending = true;
});
// Once each path was answered, everything is warm, and the attack may begin.
for (const path of paths) await ask(path);
parentPort!.postMessage('ready');
await Promise.all(paths.map((path, index) => probe(path, delays[index]!)));
agent.destroy();
parentPort!.postMessage({ delays, failures });
parentPort!.close();
