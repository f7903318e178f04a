/**
 * The documentation of the HTTP API, compared with the API's own description.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedLedger } from '../support/shared-ledger.ts';
import { root } from './pages.ts';

const server = sharedLedger();
let described: ReadonlyArray<string>;

beforeAll(async () => {
  const { body } = await server.get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  described = Object.entries(body.paths as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
});

describe('the overview of the HTTP API', () => {
  it('has every path that the API describes, and no other under /v1', () => {
    const text = readFileSync(join(root, 'docs', 'reference', 'http.md'), 'utf8');
    const listed = [...text.matchAll(/`((?:GET|POST|DELETE) \/(?:v1|log|api)\/[^`]*)`/g)].map(
      ([, operation]) => operation!,
    );

    expect([...new Set(listed)].sort()).toEqual(described);
  });
});

describe('the description of the API', () => {
  it('states which key each operation needs, and how it reports errors', async () => {
    const { body } = await server.get('/openapi.json');
    expect(body.components.securitySchemes.key).toMatchObject({ type: 'http', scheme: 'bearer' });
    const { post, get } = body.paths['/v1/events'];
    expect(post.security).toEqual([{ key: ['emit'] }, {}]);
    expect(get.security).toEqual([{ key: ['audit'] }, {}]);
    expect(body.paths['/v1/subjects/{id}'].delete.security).toEqual([{ key: ['admin'] }, {}]);
    for (const methods of Object.values(body.paths)) {
      for (const operation of Object.values(
        methods as Record<string, { responses: object; security: ReadonlyArray<unknown> }>,
      )) {
        // Public paths need no key, and so refuse none.
        const refusals = operation.security.length === 0 ? ['default'] : ['401', '403', 'default'];
        for (const status of refusals) {
          expect(operation.responses).toHaveProperty([status, 'content', 'application/problem+json']);
        }
      }
    }
  });
});

describe('the reference page', () => {
  it('lists every path, every event and every row, and loads no external resources', async () => {
    const { status, headers, body } = await server.get('/reference');

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'/);
    const titles = [...body.matchAll(/<h2 [^>]*><b>(\w+)<\/b><code>([^<]+)<\/code><\/h2>/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect(titles.sort()).toEqual(described);
    for (const name of ['SiteRegistered', 'BackupTaken', 'EventCorrected', 'overdue', 'minAssurance']) {
      expect(body).toContain(name);
    }
    expect(body).not.toMatch(/<script|<img|<link|@import|url\(|(?:href|src)="https?:/);
  });
});
