/** Witnesses over real HTTP, and the keys of logs for them. */
import * as E from 'fp-ts/lib/Either.js';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { type RunningWitness, serveWitness } from '../../src/main/serve-witness.ts';
import { openWitness, type Witness } from '../../src/witness/witness.ts';

export const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

export interface TestWitness extends RunningWitness {
  readonly witness: Witness;
  readonly port: number;
}

/** Starts a witness in a directory, for logs with these vkeys. */
export const startWitness = async (
  directory: string,
  name: string,
  logs: ReadonlyArray<string>,
  port = 0,
): Promise<TestWitness> => {
  const known = logs.map((vkey) => ({ key: right(parseVerifierKey(vkey)), url: undefined }));
  const witness = right(openWitness(directory, name, known, () => Date.now()));
  const running = await serveWitness(witness, '127.0.0.1', port);
  return { ...running, witness, port: Number(new URL(running.url).port) };
};

/** Sends a request unchanged. */
export const addCheckpoint = async (url: string, body: string) => {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
