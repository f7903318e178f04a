/**
 * Large public texts that do not change while the process runs. Each is generated, hashed and compressed once, so
 * that a caller without a key cannot make the server do this repeatedly.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Handler } from 'hono';
import type { ApiEnv } from './caller.ts';

interface Made {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** The weak validator of both codings (RFC 9110, 8.8.3). */
  readonly tag: string;
}

const compress = promisify(gzip);

const madeOf = async (text: string): Promise<Made> => {
  const plain = Buffer.from(text);
  const tag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, gzipped: Uint8Array.from(await compress(plain)), tag };
};

/** Whether the caller accepts gzip (RFC 9110, 12.5.3). */
const takesGzip = (context: Context): boolean =>
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)/i.test(
    context.req.header('accept-encoding') ?? '',
  );

/**
 * Responds with a text that is generated on the first request. A browser that has it cached gets 304.
 *
 * @param headers the headers of the response, including `Content-Type`.
 */
export const madeOnce = (
  headers: Readonly<Record<string, string>>,
  make: () => Promise<string>,
): Handler<ApiEnv> => {
  let made: Promise<Made> | undefined;
  return async (context) => {
    made ??= make().then(madeOf);
    const { plain, gzipped, tag } = await made;
    const common = { ETag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
    if (context.req.header('if-none-match')?.includes(tag)) return context.body(null, 304, common);
    return takesGzip(context)
      ? context.body(gzipped, 200, { ...headers, ...common, 'Content-Encoding': 'gzip' })
      : context.body(plain, 200, { ...headers, ...common });
  };
};
