/** Bodies made to be costly: the cost of a body is proportional to its bytes, and it delays nobody else. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batch, newDataDirectory, one, removeDirectory, ServerProcess } from '../support/server.ts';
import { beside, bystander } from './prober.ts';

const directory = newDataDirectory();
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({ directory });
  const position = await server.record(bystander);
  await server.get('/v1/subjects/zoe/residency', { atLeast: position });
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const time = '2020-01-01T00:00:00Z';

test('a correction with 900,000 members in its data is refused as fast as its bytes are read, with the place', async () => {
  const data = Object.fromEntries(Array.from({ length: 900_000 }, (_, index) => [`m${index}`, 0]));
  const event = {
    id: 'c',
    source: 'urn:attack',
    type: 'EventCorrected',
    time,
    data: { event: { source: 'urn:a', id: 'b' }, reason: 'none', data },
  };
  const body = JSON.stringify(event);
  const { result, tookMs } = await beside(server, 'a correction of 900,000 members', () =>
    server.send(body, one),
  );
  expect(result.status).toBe(422);
  expect(result.body.errors[0].pointer).toBe('/data/data');
  expect(tookMs).toBeLessThan(10_000);
});

test('an endless NDJSON line in chunks of one byte costs little for each byte', async () => {
  const bytes = 20_000;
  const { tookMs } = await beside(
    server,
    `a line of 1 MiB and ${bytes} more chunks of one byte`,
    () =>
      new Promise<void>((resolve, reject) => {
        const request = httpRequest(
          `${server.url}/v1/events`,
          { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } },
          (response) => {
            response.resume();
            response.once('end', resolve);
          },
        );
        request.once('error', reject);
        request.setNoDelay(true);
        request.write(Buffer.alloc(1_048_576, 'a'));
        let sent = 0;
        const more = (): void => {
          if (sent === bytes) {
            request.end('\n');
            return;
          }
          for (let index = 0; index < 100; index++, sent++) request.write('a');
          setImmediate(more);
        };
        more();
      }),
  );
  expect(tookMs).toBeLessThan(20_000);
});

test('16 MiB of brackets are refused before they are parsed', async () => {
  const body = '['.repeat(8_000_000) + ']'.repeat(8_000_000);
  const { result } = await beside(server, '16 MiB of brackets', () => server.send(body, batch));
  expect(result.status).toBe(422);
  const { result: objects } = await beside(server, '15 MiB of nested objects', () =>
    server.send('{"a":'.repeat(3_000_000), one),
  );
  expect(objects.status).toBe(422);
});

test('10,000 new people, many times, in one body are refused or processed in small steps', async () => {
  const enrolments = (batchId: string, lines: number) =>
    Array.from({ length: lines }, (_, index) => ({
      id: `${batchId}-${index}`,
      source: 'urn:attack',
      type: 'SubjectsEnrolled',
      time,
      data: {
        population: 'crowd',
        subjects: Array.from({ length: 10_000 }, (_, each) => `${batchId}-${index}-${each}`),
      },
    }));
  const body = JSON.stringify(enrolments('a', 60));
  const { result } = await beside(server, '60 times 10,000 new people in a batch', () => server.send(body));
  expect(result.status).toBe(413);
  const given = enrolments('b', 25);
  const { result: recorded } = await beside(server, '25 times 10,000 new people as NDJSON', () =>
    server.postLines(given),
  );
  expect(recorded.status).toBe(201);
  expect(recorded.body.recorded).toBe(25);
});

test('a batch of 1,000 events with every possible fault is refused quickly', async () => {
  const event = {
    type: 'DataMoved',
    data: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, {}])),
  };
  const body = JSON.stringify(Array.from({ length: 1_000 }, () => event));
  const { result, tookMs } = await beside(server, '1,000 events of 100 unknown fields', () =>
    server.send(body),
  );
  expect(result.status).toBe(422);
  expect(tookMs).toBeLessThan(10_000);
});
