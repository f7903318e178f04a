/**
 * Bodies that are compressed (RFC 9110, 8.4): gzip (RFC 1952) and zstd (RFC 8878), decoded as they arrive and within
 * limits, so that a few bytes do not become many.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import type { Problem } from '../../contract/problem.ts';

/** Bytes that a compressed body may have once it is decoded. */
const decodedBytesMax = 4 * 1_024 * 1_024 * 1_024;
/** How many times its size a body may have once it is decoded, beyond the first `decodedBytesFree`. */
const decodedRatioMax = 250;
const decodedBytesFree = 1_024 * 1_024;
/** The window of zstd, as a power of two: 8 MiB, which every decoder supports (RFC 8878, 3.1.1.1.2). */
const zstdWindowLogMax = 23;

/** The body of a request; null if it has none. */
export type Body = ReadableStream<Uint8Array> | null;

/** What is sent as `Accept-Encoding` where another coding was used. */
const acceptedCodings = 'gzip, zstd';

/** A body that is refused while it is read. */
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

/** Whether the error is one of zlib about what it decodes, other than that it ended early. */
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

/** The body as its `Content-Encoding` says; an unsupported coding is refused. */
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
