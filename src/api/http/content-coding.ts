/**
 * Compressed request bodies (RFC 9110, 8.4): gzip (RFC 1952) and zstd (RFC 8878). They are decoded as they arrive,
 * with limits against decompression bombs.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import type { Problem } from '../../contract/problem.ts';

/** The maximum size of a body after decoding. */
const decodedBytesMax = 4 * 1_024 * 1_024 * 1_024;
/** The maximum compression ratio of a body, beyond the first `decodedBytesFree`. */
const decodedRatioMax = 250;
const decodedBytesFree = 1_024 * 1_024;
/** The zstd window as a power of two: 8 MiB, which every decoder supports (RFC 8878, 3.1.1.1.2). */
const zstdWindowLogMax = 23;

/** The body of a request; null if it has none. */
export type Body = ReadableStream<Uint8Array> | null;

/** The `Accept-Encoding` header after an unsupported coding. */
const acceptedCodings = 'gzip, zstd';

/** A body that is refused while being read. */
export class RefusedBody extends Error {
  readonly _tag = 'RefusedBody';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super('the body is refused');
    this.problem = problem;
  }
}

const decoders = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax } }),
};
type Coding = keyof typeof decoders;

const tooLarge = (limit: string): RefusedBody =>
  new RefusedBody({
    kind: 'too-large',
    detail: `the decoded body has more than ${limit}; send fewer events at a time`,
  });

const notCoded = (coding: Coding): RefusedBody => {
  const message = `is not ${coding}, which Content-Encoding declares`;
  return new RefusedBody({ kind: 'invalid-events', errors: [{ index: 0, pointer: '', message }] });
};

/** Whether an error of zlib concerns the data, other than its early end. */
const isAboutCoding = (error: unknown): boolean => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(Z_|ZSTD_)/.test(code) && code !== 'Z_BUF_ERROR';
};

async function* decodedParts(
  body: NonNullable<Body>,
  coding: Coding,
): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  let written = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const part of body) {
      read += part.length;
      yield part;
    }
  }
  const decoder = decoders[coding]();
  // Errors reach the reader of the decoder.
  const flow = pipeline(Readable.from(counted(), { objectMode: false }), decoder).catch(() => undefined);
  try {
    for await (const part of decoder as AsyncIterable<Uint8Array>) {
      written += part.length;
      if (written > decodedBytesMax) throw tooLarge(`${decodedBytesMax} bytes`);
      if (written > decodedBytesFree && written > decodedRatioMax * read)
        throw tooLarge(`${decodedRatioMax} times the bytes that were sent`);
      yield part;
    }
  } catch (error) {
    throw isAboutCoding(error) ? notCoded(coding) : error;
  } finally {
    decoder.destroy();
    await flow;
  }
}

/** The body, decoded by its `Content-Encoding`; an unsupported coding is refused. */
export const decodedBody = (context: Context): E.Either<Problem, Body> => {
  const { body, headers } = context.req.raw;
  const coding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '' || body === null) return E.right(body);
  if (!Object.hasOwn(decoders, coding)) {
    context.header('Accept-Encoding', acceptedCodings);
    const detail = `expected no Content-Encoding, or one of gzip and zstd`;
    return E.left({ kind: 'media-type', detail });
  }
  return E.right(ReadableStream.from(decodedParts(body, coding as Coding)) as NonNullable<Body>);
};
