/**
 * Enrols people over HTTP, ten thousand to an event, in a thread of its own: whoever asks questions meanwhile, in another
 * thread, measures the server and not how long it takes to create bodies.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { secondsOf } from './measure.ts';

/** How many people an event enrols. */
export const peopleOfEvent = 10_000;
/** Events in one body. */
const bodyEvents = 10;

/** The identifier of the nth person. */
export const identifierOf = (person: number): string =>
  `user-${((person * 2_654_435_761) % 4_294_967_296).toString(36)}-${person.toString(36)}`;

/** The identifiers of consecutive people. */
export const identifiers = (from: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, place) => identifierOf(from + place));

const enrolment = (from: number): string =>
  JSON.stringify({
    specversion: '1.0',
    id: `enrolled-${from}`,
    source: 'https://accounts.example',
    type: 'SubjectsEnrolled',
    time: new Date(Date.UTC(2018, 0, 1) + from).toISOString(),
    data: {
      subjects: identifiers(from, peopleOfEvent),
      population: `population-${(from / peopleOfEvent) % 12}`,
    },
  });

/** Posts events as NDJSON. */
export const post = async (url: string, body: string): Promise<void> => {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
};

interface Enrolling {
  readonly url: string;
  readonly from: number;
  readonly to: number;
}

/** Returns the seconds of the server, without the time for creating bodies. */
const enrolAll = async ({ url, from, to }: Enrolling): Promise<number> => {
  let seconds = 0;
  for (let first = from; first < to; first += peopleOfEvent * bodyEvents) {
    const events: string[] = [];
    for (let at = first; at < Math.min(to, first + peopleOfEvent * bodyEvents); at += peopleOfEvent)
      events.push(enrolment(at));
    seconds += await secondsOf(() => post(url, events.join('\n')));
  }
  return seconds;
};

/** Enrols people. Returns the seconds of the server, without the time for creating bodies. */
export const enrol = (url: string, from: number, to: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.once('message', (seconds: number) => {
      resolve(seconds);
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.postMessage({ url, from, to } satisfies Enrolling);
  });

parentPort?.once('message', async (enrolling: Enrolling) => {
  parentPort!.postMessage(await enrolAll(enrolling));
});
