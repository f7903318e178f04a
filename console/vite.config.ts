/**
 * How the console is built and, with `npx vite console`, developed against a server on port 8484.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { countryPoints } from './world/country-points.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const ledger = 'http://127.0.0.1:8484';

export default defineConfig({
  root: here,
  // Files name each other by relative paths, so that they work under any path; the server completes those of the page.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `/${file}` : { relative: true }),
  },
  plugins: [countryPoints()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Nothing is inlined: the Content-Security-Policy allows only files of the page's own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // `"use client"` means nothing here, where everything renders in the browser.
      onLog: (level, log, next) => log.code === 'MODULE_LEVEL_DIRECTIVE' || next(level, log),
    },
  },
  server: { proxy: { '/v1': ledger, '/readyz': ledger, '/livez': ledger, '/openapi.json': ledger } },
});
