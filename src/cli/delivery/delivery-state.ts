/**
 * How far findings are delivered, in a file that outlives the process: it is on the disk before the next message is sent.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import { type Failure, invalidUse } from '../invocation/failure.ts';

const Position = t.refinement(t.string, (text) => /^\d{1,16}$/.test(text), 'a position in the log');

/**
 * `position`: what was learned up to there is delivered. `under`: what is being delivered, up to which position, and how
 * many of its messages are done; people are counted at the instant `at`. So the messages are the same whenever they are
 * asked for.
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

/** Keeps the state: when this returns it is on the disk, whole, in the place of the one before. */
export const keepState = (file: string, state: DeliveryState): void => {
  const written = `${file}.new`;
  writeFileSync(written, `${JSON.stringify(state)}\n`, { mode: 0o600, flush: true });
  renameSync(written, file);
  const directory = openSync(dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
};
