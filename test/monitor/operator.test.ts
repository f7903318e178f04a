/**
 * Requests to an operator whose connections are lost.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it, onTestFinished } from 'vitest';
import { Operator } from '../../src/monitor/operator.ts';

/** An operator that closes so many connections before it answers. */
const closing = async (times: number): Promise<{ readonly operator: Operator; asked(): number }> => {
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked++;
    if (asked <= times) request.socket.destroy();
    else response.end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { operator: new Operator(`http://127.0.0.1:${port}/`, undefined), asked: () => asked };
};

it('given a connection that is closed before its answer, when a path is asked for, then it is asked for again', async () => {
  const { operator, asked } = await closing(1);
  const answer = await operator.get('/readyz');
  expect(E.isRight(answer) && answer.right.status).toBe(200);
  expect(asked()).toBe(2);
});

it('given an operator that closes every connection, when a path is asked for, then it says that there is no answer', async () => {
  const { operator, asked } = await closing(Number.POSITIVE_INFINITY);
  const answer = await operator.get('/readyz');
  expect(answer).toEqual(E.left(expect.stringContaining('/readyz: no answer')));
  expect(asked()).toBe(2);
});
