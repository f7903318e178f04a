/** Reads a stored event as far as the projections need it. */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored, parseCurrent, type StoredShape } from '../../domain/events/stored.ts';
import { ruleOfType } from './type-rules.ts';

/**
 * The type, time and data of a stored event. The current form is used as it is, an older one is upcast.
 *
 * @returns the reasons why it cannot be applied, if it has no known form.
 */
export const shapeOf = (bytes: Uint8Array): E.Either<string, StoredShape> => {
  const current = parseCurrent(bytes);
  if (current !== undefined && ruleOfType.has(current.type)) return E.right(current);
  const decoded = decodeStored(bytes);
  if (E.isLeft(decoded))
    return E.left(decoded.left.map((fault) => `${fault.pointer} ${fault.message}`.trim()).join('; '));
  const { type, data, time } = decoded.right;
  return E.right({ type, data: data as StoredShape['data'], time: new Date(time).toISOString() });
};
