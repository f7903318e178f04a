/**
 * Requests to an operator whose connections are lost.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it, onTestFinished } from 'vitest';
import { Operator } from '../../src/monitor/operator.ts';

/**
 * An operator that closes a number of connections, or says a number of times that it is busy, before it answers.
 */
const failing = async (
  how: 'closes' | 'busy',
  times: number,
): Promise<{ readonly operator: Operator; asked(): number }> => {
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked++;
    if (asked > times) response.end('answer');
    else if (how === 'closes') request.socket.destroy();
    else response.writeHead(503, { 'retry-after': '0' }).end('busy');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { operator: new Operator(`http://127.0.0.1:${port}/`, undefined), asked: () => asked };
};

it('given a connection that is closed before its answer, when a path is requested, then it is requested again', async () => {
  const { operator, asked } = await failing('closes', 1);
  const answer = await operator.get('/readyz');
  expect(E.isRight(answer) && answer.right.status).toBe(200);
  expect(asked()).toBe(2);
});

it('given an operator that closes every connection, when a path is requested, then there is no answer', async () => {
  const { operator, asked } = await failing('closes', Number.POSITIVE_INFINITY);
  const answer = await operator.get('/readyz');
  expect(answer).toEqual(E.left(expect.stringContaining('/readyz: no answer')));
  expect(asked()).toBe(2);
});

it('given an operator that is busy, when a path is requested, then it is requested again after a while', async () => {
  const { operator, asked } = await failing('busy', 3);
  const answer = await operator.get('/readyz');
  expect(E.isRight(answer) && answer.right.status).toBe(200);
  expect(asked()).toBe(4);
});

it('given an operator that stays busy, when a path is requested, then that is its answer', async () => {
  const { operator, asked } = await failing('busy', Number.POSITIVE_INFINITY);
  const answer = await operator.get('/readyz');
  expect(E.isRight(answer) && answer.right.status).toBe(503);
  expect(asked()).toBe(5);
});
