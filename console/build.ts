/**
 * Builds the console into `console/dist`, which the server serves at `/`.
 *
 * It runs after `npm install`. Where Vite is not installed, as with `npm ci --omit=dev`, it does nothing: the server then
 * serves what was built before, or a page that says how to build it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('dist/', import.meta.url));

/** Writes compressed copies beside the files, so that the server need not compress. */
const compressAll = (): void => {
  for (const entry of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:html|js|css|svg|json)$/.test(entry)) continue;
    const bytes = readFileSync(join(dist, entry));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(join(dist, `${entry}.br`), brotliCompressSync(bytes, { params }));
    writeFileSync(join(dist, `${entry}.gz`), gzipSync(bytes, { level: 9 }));
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

const vite = await import('vite').catch((error: unknown) => {
  if (isMissing(error)) return undefined;
  throw error;
});
if (vite !== undefined) {
  await vite.build({
    configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
    logLevel: 'warn',
  });
  compressAll();
}
