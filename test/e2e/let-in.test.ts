/** Access: a ledger with keys asks for one, and a console that is not built says how to build it. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleRoutes } from '../../src/api/routes/console.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { serve } from '../../src/main/serve.ts';
import { Keys } from '../../src/people/access/keys.ts';
import { freePort } from '../support/free-port.ts';
import { enrolled, placed, sent } from '../support/given-events.ts';
import { audience, oidcIssuer } from '../support/oidc-issuer.ts';
import { reverseProxy } from '../support/reverse-proxy.ts';
import { Client, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';
import { VaultServer, vaultInFile } from '../support/vaults.ts';
import { consoleOver, foundingCase, panel, picture } from './support/console.ts';

/** Replaces the page's token by an expired one. */
const tokenEnded = `(() => {
  const [head, payload, signature] = sessionStorage.getItem('domicile-key').split('.');
  const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  const ended = btoa(JSON.stringify({ ...claims, exp: 1 })).replace(/=+$/, '');
  sessionStorage.setItem('domicile-key', [head, ended, signature].join('.'));
})()`;

const the = consoleOver(foundingCase);

describe('Given a ledger with keys', () => {
  it('when the page is opened, then it asks for a key, rejects a wrong one, and opens with a valid one', async () => {
    const keys = new Keys(filesIn(the.directory).keys);
    const made = keys.create('auditor', ['audit', 'identify'], Date.now(), randomBytes);
    if (E.isLeft(made)) throw new Error(made.left);
    const page = await the.page('/person?subject=ana&validAt=2022-06-30');
    await page.getByRole('heading', { name: 'This ledger requires a key' }).waitFor();
    await page.getByLabel('Key', { exact: true }).fill('dom_of-somebody-else');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'This key is not accepted' }).waitFor();
    await page.getByLabel('Key', { exact: true }).fill(made.right);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
    expect(page.url()).not.toContain(made.right);
    // A key that may not erase gets the reason.
    await page.getByText('To erase people, your key or login needs the scope admin.').waitFor();
    expect(await page.getByRole('button', { name: 'Erase this person…' }).isDisabled()).toBe(true);
  });
});

describe('Given a key stored on this device', () => {
  it('when another tab is opened, then it has access, too, until one of them signs out', async () => {
    const keys = new Keys(filesIn(the.directory).keys);
    const made = keys.create('auditor-2', ['audit', 'identify'], Date.now(), randomBytes);
    if (E.isLeft(made)) throw new Error(made.left);
    const page = await the.page('/log', { timezone: 'UTC' });
    await page.getByLabel('Key', { exact: true }).fill(made.right);
    await page.getByLabel('Stay signed in on this device').check();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /events$/ }).waitFor();
    const other = await the.page('/log', { timezone: 'UTC' });
    await other.getByRole('heading', { name: /events$/ }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('heading', { name: 'This ledger requires a key' }).waitFor();
    const third = await the.page('/log', { timezone: 'UTC' });
    await third.getByRole('heading', { name: 'This ledger requires a key' }).waitFor();
  });
});

describe('Given a ledger under a path of its host, behind a proxy', () => {
  it('when the console is opened and used there, then it loads and requests everything under that path', async () => {
    const directory = newDataDirectory();
    const trusted = { basePath: '/domicile', trustProxy: 'on' as const };
    const running = await serve({ ...(await settingsIn(directory)), ...trusted });
    const proxy = await reverseProxy({ to: new URL(running.url).origin });
    try {
      const page = await the.page(`${proxy.url}/domicile/findings/try`, { timezone: 'UTC' });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.getByLabel('Key', { exact: true }).fill(readFileSync(running.firstKeyFile!, 'utf8').trim());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Log', exact: true }).click();
      await page
        .getByRole('heading', { name: /No events|events$/ })
        .first()
        .waitFor();
      expect(new URL(page.url()).pathname).toBe('/domicile/log');
      await page.reload();
      await page.getByRole('link', { name: 'Health', exact: true }).click();
      await page.getByText('Projections').first().waitFor();
      expect(asked.length).toBeGreaterThan(10);
      expect(asked.filter((path) => !path.startsWith('/domicile/'))).toEqual([]);
    } finally {
      await proxy.close();
      await running.stop();
      removeDirectory(directory);
    }
  });
});

describe('Given a ledger with keys whose vault another process keeps', () => {
  it('when an erasure is refused, stops halfway, or is not answered, then the page says what happened and what to do, and keeps whom to tell', async () => {
    const [directory, vaultDirectory] = [newDataDirectory(), newDataDirectory()];
    const kept = vaultInFile(join(vaultDirectory, 'vault.sqlite'));
    const vaultServer = new VaultServer();
    let leaves = true;
    await vaultServer.start({
      ...kept,
      forget: async (pseudonym, saidAt) => {
        if (!leaves) return kept.forget(pseudonym, saidAt);
        leaves = false;
        await vaultServer.stop();
        return new Promise<never>(() => {});
      },
    });
    const running = await serve({ ...(await settingsIn(directory)), vault: { url: vaultServer.url } });
    try {
      const keys = filesIn(directory).keys;
      const made = new Keys(keys).create(
        'officer',
        ['emit', 'audit', 'identify', 'admin'],
        Date.now(),
        randomBytes,
      );
      if (E.isLeft(made)) throw new Error(made.left);
      const token = made.right;
      const client = new Client((path, init = {}) =>
        fetch(running.url + path, {
          ...init,
          headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` },
        }),
      );
      await client.record([
        placed('placed', 'us', 'virginia'),
        enrolled('enrolled', 'ben'),
        sent('virginia', 'SiteRegistered', {
          ...{ site: 'virginia', name: 'Virginia', country: 'US', operator: 'tiktok' },
        }),
      ]);
      const page = await the.page(`${running.url}/person?subject=ben`, { timezone: 'UTC' });
      await page.getByLabel('Key', { exact: true }).fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Erase this person…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Erase ben from this ledger?' });
      const confirm = async (): Promise<void> => {
        await dialog.getByLabel('To confirm, type the identifier: ben').fill('ben');
        await dialog.getByRole('button', { name: 'Erase this person' }).click();
      };
      const toTell = dialog.getByRole('table', { name: 'Whom to tell of the erasure of ben' });

      // Meanwhile the key loses a scope.
      const before = readFileSync(keys, 'utf8');
      const lesser = JSON.parse(before) as { keys: { scopes: string[] }[] };
      for (const key of lesser.keys) key.scopes = key.scopes.filter((scope) => scope !== 'admin');
      writeFileSync(keys, JSON.stringify(lesser));
      await confirm();
      await dialog.getByText('Nobody was erased.').waitFor();
      await dialog.getByText('lacks the scope admin').waitFor();
      writeFileSync(keys, before);
      expect((await client.get('/v1/subjects/ben/residency')).status).toBe(200);

      // The vault goes away when the log says already that the person is forgotten.
      await confirm();
      await dialog.getByText('The erasure may have stopped halfway.').waitFor();
      await toTell.getByText('tiktok').waitFor();
      await vaultServer.start();
      const { body } = await client.get('/v1/events', { type: 'SubjectForgotten' });
      expect(body.data).toHaveLength(1);
      expect((await client.get('/v1/subjects/ben/residency')).status).toBe(200);

      // The connection breaks before the ledger hears of it.
      const isErasure = (route: Route): boolean => route.request().method() === 'DELETE';
      await page.route('**/v1/subjects/ben', (route) =>
        isErasure(route) ? route.abort('connectionreset') : route.fallback(),
      );
      await confirm();
      await dialog.getByText('The connection broke before the ledger answered.').waitFor();
      await picture(page, 'screens/erase-without-an-answer');
      await toTell.getByText('tiktok').waitFor();
      expect((await client.get('/v1/subjects/ben/residency')).status).toBe(200);

      // It breaks when the person is erased, and before the answer arrives.
      await page.unroute('**/v1/subjects/ben');
      await page.route('**/v1/subjects/ben', async (route) => {
        if (!isErasure(route)) return route.fallback();
        expect((await route.fetch()).status()).toBe(204);
        await route.abort('connectionreset');
      });
      await confirm();
      await page.getByRole('heading', { name: 'Erased: ben' }).waitFor();
      await page
        .getByRole('table', { name: 'Whom to tell of the erasure of ben' })
        .getByText('tiktok')
        .waitFor();
      expect((await client.get('/v1/subjects/ben/residency')).status).toBe(404);
    } finally {
      await running.stop();
      await vaultServer.stop();
      kept.close();
      removeDirectory(directory);
      removeDirectory(vaultDirectory);
    }
  });
});

describe('Given a ledger with an issuer of logins', () => {
  it('when the reader signs in there, then they return to the previous page with access', async () => {
    const directory = newDataDirectory();
    const port = await freePort();
    const { issuer, close } = await oidcIssuer(`http://127.0.0.1:${port}/domicile/signed-in`);
    const running = await serve({
      ...(await settingsIn(directory)),
      port,
      basePath: '/domicile',
      logins: {
        issuer,
        audience,
        nameClaim: 'sub',
        clientId: 'console',
        scopes: [{ claim: 'groups', value: 'auditors', scopes: ['audit'] }],
      },
    });
    try {
      const page = await the.page(`${running.url}/log?type=DataMoved`, { timezone: 'UTC' });
      await page.getByRole('button', { name: `Sign in with ${new URL(issuer).host}` }).click();
      await page.locator('input[name="login"]').fill('ana.auditor');
      await page.locator('input[name="password"]').fill('any');
      await page.locator('button[type="submit"]').click();
      await page.locator('button[type="submit"]').click();
      await page
        .getByRole('heading', { name: /events$/ })
        .first()
        .waitFor();
      expect(new URL(page.url()).pathname).toBe('/domicile/log');
      expect(page.url()).toContain('type=DataMoved');
      expect(page.url()).not.toContain('code=');
      // Its token expires: the reader signs in again, and returns to the previous page.
      await page.evaluate(tokenEnded);
      await page.reload();
      await page.getByRole('heading', { name: 'Your login has ended' }).waitFor();
      await page.getByRole('button', { name: `Sign in with ${new URL(issuer).host}` }).click();
      // The issuer still knows them, and asks for no password.
      await page.getByRole('button', { name: 'Continue' }).click();
      await page
        .getByRole('heading', { name: /events$/ })
        .first()
        .waitFor();
      expect(page.url()).toContain('type=DataMoved');
      // Another tab is not signed in.
      const other = await the.page(`${running.url}/log`, { timezone: 'UTC' });
      await other.getByRole('heading', { name: 'This ledger requires a key' }).waitFor();
    } finally {
      await running.stop();
      await close();
      removeDirectory(directory);
    }
  });
});

describe('Given a checkout without a built console', () => {
  it('then its page says how to build it, and that the API works', async () => {
    const routes = consoleRoutes(join(tmpdir(), 'domicile-never-built'));
    const reply = await routes.request('/');
    expect(reply.status).toBe(503);
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await reply.text()).toContain('npm run console');
    expect((await routes.request('/assets/index.js')).status).toBe(404);
  });
});
