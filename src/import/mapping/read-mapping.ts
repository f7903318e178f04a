/** Reads a mapping file: YAML 1.2, which includes JSON. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { parseDocument } from 'yaml';
import { type Fault, faultsOf } from '../../domain/events/fault.ts';

/** Aliases in one file: with more, a small file could become a very large value. */
const aliasesMax = 100;

/** The mapping in this text, or every fault with its place. */
export const readMapping = <A>(
  text: string,
  codec: t.Type<A, unknown, unknown>,
): E.Either<ReadonlyArray<Fault>, A> => {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    return E.left(
      document.errors.map(({ message, linePos }) => ({
        pointer: '',
        message: `line ${linePos?.[0].line ?? 1}: is not YAML: ${message.split('\n')[0]!.replace(/ at line .*$/, '')}`,
      })),
    );
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: aliasesMax });
  } catch {
    return E.left([{ pointer: '', message: `has more than ${aliasesMax} aliases; write them out` }]);
  }
  return decodeMapping(value ?? {}, codec);
};

/** The mapping in a parsed value. */
export const decodeMapping = <A>(
  value: unknown,
  codec: t.Type<A, unknown, unknown>,
): E.Either<ReadonlyArray<Fault>, A> => {
  const decoded = codec.decode(value);
  return E.isRight(decoded) ? decoded : E.left(faultsOf(decoded.left));
};
