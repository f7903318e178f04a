/**
 * The console's page and files, as they are served.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleRoutes } from '../../src/api/routes/console.ts';

const directory = mkdtempSync(join(tmpdir(), 'domicile-console-'));
const routes = consoleRoutes(directory);
const script = 'console.log(1)';

beforeAll(() => {
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'assets', 'main-abc.js'), script);
  writeFileSync(join(directory, 'assets', 'main-abc.js.gz'), gzipSync(script));
  writeFileSync(join(directory, 'icon.svg'), '<svg/>');
  writeFileSync(join(directory, 'secret.txt'), 'secret');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the files of the console', () => {
  it('have their media types, and browsers cache them permanently', async () => {
    const plain = await routes.request('/assets/main-abc.js');
    expect([plain.status, await plain.text()]).toEqual([200, script]);
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('are compressed for clients that accept it, with a separate tag for each form', async () => {
    const tagOf = async (encoding: string) => {
      const answer = await routes.request('/assets/main-abc.js', {
        headers: { 'accept-encoding': encoding },
      });
      expect(answer.headers.get('vary')).toBe('Accept-Encoding');
      return [answer.headers.get('content-encoding'), answer.headers.get('etag')] as const;
    };
    const [compressed, plain] = [await tagOf('gzip, br'), await tagOf('identity')];
    expect([compressed[0], plain[0]]).toEqual(['gzip', null]);
    expect(compressed[1]).not.toBe(plain[1]);
    const again = await routes.request('/assets/main-abc.js', { headers: { 'if-none-match': plain[1]! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('are only those of the console', async () => {
    for (const path of [
      '/secret.txt',
      '/assets/../secret.txt',
      '/assets/..%2fsecret.txt',
      '/assets/%2e%2e%2fsecret.txt',
      '/assets/..%5csecret.txt',
      '/assets/nothing.js',
      '/assets/',
    ]) {
      const answer = await routes.request(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('cache-control')).toBeNull();
    }
  });

  it('exist as soon as they are built; until then the page says how to build them', async () => {
    const before = await routes.request('/person');
    expect([before.status, before.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(await before.text()).toContain('npm run console');
    writeFileSync(join(directory, 'index.html'), '<!doctype html>the page');
    const after = await routes.request('/person');
    expect([after.status, await after.text()]).toEqual([200, '<!doctype html>the page']);
    expect(after.headers.get('cache-control')).toBe('no-cache');
  });
});
