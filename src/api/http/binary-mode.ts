/**
 * CloudEvents binary mode: attributes in `ce-` headers, the data as the body (CloudEvents 1.0.2, HTTP protocol binding 3.1).
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { eventValuesMax, readJson } from './bodies.ts';
import type { Body } from './content-coding.ts';

const attributePrefix = 'ce-';

/** Whether the headers are those of an event in binary mode. */
export const isBinary = (headers: Headers): boolean => {
  for (const [name] of headers) if (name.startsWith(attributePrefix)) return true;
  return false;
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value of a quoted string (RFC 9110, 5.6.4); other values unchanged. */
const unquoted = (value: string): string =>
  value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;

/** The bytes of a header value: one for each character, with percent-encoding decoded once (RFC 3986, 2.4). */
const bytesOf = (value: string): Uint8Array =>
  Buffer.from(
    value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

const decoded = (value: string): string | undefined => {
  try {
    return utf8.decode(bytesOf(unquoted(value)));
  } catch {
    return undefined;
  }
};

/** The event with attributes from the headers and data from the body. */
const eventOf = (headers: Headers, data: unknown): E.Either<Problem, ReadonlyArray<Given>> => {
  const attributes: [string, unknown][] = [];
  const errors: BodyFault[] = [];
  for (const [header, value] of headers) {
    if (!header.startsWith(attributePrefix)) continue;
    const name = header.slice(attributePrefix.length);
    const text = decoded(value);
    if (text !== undefined) attributes.push([name, text]);
    else {
      const message = `the header ${header} is not UTF-8; percent-encode each byte beyond ASCII`;
      errors.push({ index: 0, pointer: `/${name}`, message });
    }
  }
  if (errors.length > 0) return E.left({ kind: 'invalid-events', errors });
  const type = headers.get('content-type');
  const json = {
    ...Object.fromEntries(attributes),
    ...(type === null ? {} : { datacontenttype: type }),
    data,
  };
  return E.right([{ index: 0, json }]);
};

/** Reads an event in binary mode; `Content-Type` is the type of its data. */
export const readBinary = async (
  headers: Headers,
  body: Body,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const data = await readJson(body, eventValuesMax);
  return pipe(
    data,
    E.flatMap((json) => eventOf(headers, json)),
  );
};
