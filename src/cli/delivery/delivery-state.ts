/**
 * The progress of a delivery, in a file that outlives the process. It is durable before the next message is sent.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import { type Failure, invalidUse } from '../invocation/failure.ts';

const Position = t.refinement(t.string, (text) => /^\d{1,16}$/.test(text), 'a position in the log');

/**
 * `position`: everything learned up to it is delivered. `under`: the current delivery, with its end position and
 * the number of delivered messages. People are counted at the instant `at`, so that the messages never change.
 */
export const DeliveryState = exact(
  'DeliveryState',
  {
    position: Position,
    under: nullable(exact('DeliveryUnderWay', { to: Position, at: t.string, done: t.number }, {})),
  },
  {},
);
export type DeliveryState = t.TypeOf<typeof DeliveryState>;

/** The state in a file; undefined if there is no such file yet. */
export const readState = (file: string): E.Either<Failure, DeliveryState | undefined> => {
  if (!existsSync(file)) return E.right(undefined);
  try {
    const read = DeliveryState.decode(JSON.parse(readFileSync(file, 'utf8')));
    if (E.isRight(read)) return read;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return E.left(invalidUse(`${file} is not a state file of deliveries; name another file`));
};

/** Stores the state atomically and durably. */
export const keepState = (file: string, state: DeliveryState): void => {
  const written = `${file}.new`;
  writeFileSync(written, `${JSON.stringify(state)}\n`, { mode: 0o600, flush: true });
  renameSync(written, file);
  const directory = openSync(dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
};
