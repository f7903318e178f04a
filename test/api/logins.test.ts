/** Logins: callers whom an OpenID Connect issuer identifies. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { enrolled } from '../support/given-events.ts';
import { Client, LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const audience = 'https://ledger.example.org';

/** A key of the issuer. */
interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

const signingKey = async (alg: string, kid: string): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
};

describe('given a ledger that accepts the logins of an issuer', () => {
  const directory = newDataDirectory();
  let server: LocalServer;
  let issuing: Server;
  let issuer: string;
  let keys: ReadonlyArray<SigningKey>;
  /** The published keys of the issuer, and whether it answers. */
  let published: ReadonlyArray<SigningKey> = [];
  let isAway = false;
  let clock = Date.now();
  let asked = 0;

  beforeAll(async () => {
    server = await LocalServer.open(directory);
    keys = await Promise.all(
      ['RS256', 'ES256', 'EdDSA', 'ES256'].map((alg, index) => signingKey(alg, `k${index}`)),
    );
    issuing = createServer((request, answer) => {
      asked++;
      if (isAway) return void answer.destroy();
      const body =
        request.url === '/jwks'
          ? { keys: published.map(({ jwk }) => jwk) }
          : {
              issuer,
              jwks_uri: `${issuer}/jwks`,
              authorization_endpoint: `${issuer}/auth`,
              token_endpoint: `${issuer}/token`,
            };
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await once(issuing.listen(0, '127.0.0.1'), 'listening');
    issuer = `http://127.0.0.1:${(issuing.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    issuing.close();
    await server.close();
    removeDirectory(directory);
  });

  /** A new app, which knows nothing about the issuer yet. */
  const app = () => {
    const logins = {
      issuer,
      audience,
      nameClaim: 'sub',
      clientId: 'console',
      scopes: [
        { claim: 'groups', value: 'auditors', scopes: ['audit', 'identify'] as const },
        { claim: 'scope', value: 'record', scopes: ['emit'] as const },
      ],
    };
    return createApp(server.ledger, pino({ level: 'silent' }), { logins });
  };
  let current: ReturnType<typeof app>;
  beforeEach(() => {
    current = app();
    published = keys.slice(0, 3);
    isAway = false;
    clock = Date.now();
  });

  const token = (key: SigningKey, claims: object = {}, expires = 600): Promise<string> =>
    new SignJWT({
      groups: ['auditors'],
      iss: issuer,
      aud: audience,
      sub: 'u-4711',
      iat: Math.floor(clock / 1_000),
      exp: Math.floor(clock / 1_000) + expires,
      ...claims,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey);

  const caller = (bearer: string) =>
    new Client(async (path, init = {}) =>
      current.request(path, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${bearer}` },
      }),
    );
  const statusFor = async (bearer: string, path = '/v1/sites') => (await caller(bearer).get(path)).status;

  it('when a token is signed with a key of the issuer, then it is accepted with each of the algorithms', async () => {
    for (const key of keys.slice(0, 3))
      expect([key.alg, await statusFor(await token(key))]).toEqual([key.alg, 200]);
  });

  it('when there is no token, then access is denied, although the ledger has no keys', async () => {
    expect((await current.request('/v1/sites')).status).toBe(401);
    expect((await current.request('/livez')).status).toBe(200);
  });

  it('when claims give it no scope, then a login may do nothing; and only its claim gives each scope', async () => {
    const [key] = keys as [SigningKey];
    expect(await statusFor(await token(key, { groups: ['others'] }))).toBe(403);
    expect(await statusFor(await token(key, { groups: 'auditors' }))).toBe(200);
    expect(await statusFor(await token(key, { scope: 'openid record' }), '/v1/sites')).toBe(200);
    const emitter = caller(await token(key, { groups: [], scope: 'openid record' }));
    expect((await emitter.post([enrolled('one', 'ana')])).status).toBe(201);
    expect((await emitter.get('/v1/sites')).status).toBe(403);
    expect((await caller(await token(key)).post([enrolled('two', 'ben')])).status).toBe(403);
  });

  it('when a login records or reads, then the log and the log of reads name it', async () => {
    const [key] = keys as [SigningKey];
    const both = caller(await token(key, { scope: 'record' }));
    const position = Number(await both.record([enrolled('three', 'chen')]));
    await both.get('/v1/subjects/chen/residency', { atLeast: position });
    const { body } = await both.get('/v1/events', { after: position - 1, limit: 1 });
    expect(body.data[0].recordedby).toBe('login:u-4711');
    expect((await both.get('/v1/reads', { subject: 'chen' })).body.data[0].reader).toBe('login:u-4711');
  });

  it.each([
    ['of another issuer', (key: SigningKey) => token(key, { iss: 'https://other.example' })],
    ['for another audience', (key: SigningKey) => token(key, { aud: 'https://other.example' })],
    ['that has ended', (key: SigningKey) => token(key, {}, -60)],
    [
      'that does not hold yet',
      (key: SigningKey) => token(key, { nbf: Math.floor(Date.now() / 1_000) + 120 }),
    ],
    ['that names nobody', (key: SigningKey) => token(key, { sub: '' })],
    [
      'without a signature',
      async () =>
        new UnsecuredJWT({ groups: ['auditors'], sub: 'u' })
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'signed with the public key as a secret',
      async (key: SigningKey) =>
        new SignJWT({ groups: ['auditors'] })
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .setIssuer(issuer)
          .setAudience(audience)
          .setSubject('u')
          .setExpirationTime('1h')
          .sign(new TextEncoder().encode(JSON.stringify(key.jwk))),
    ],
    [
      'altered by one character',
      async (key: SigningKey) => {
        const [header, payload, signature] = (await token(key)).split('.') as [string, string, string];
        const altered = JSON.parse(Buffer.from(payload, 'base64url').toString());
        altered.sub = 'u-4712';
        return [header, Buffer.from(JSON.stringify(altered)).toString('base64url'), signature].join('.');
      },
    ],
    ['signed with a key that is not published', async () => token(keys[3]!)],
    ['that is none', async () => 'nonsense'],
    ['of a key that does not exist', async () => 'dom_nonsense'],
  ] as const)('when a token is one %s, then it is refused', async (_, made) => {
    const bearer = await made(keys[0]!);
    expect(await statusFor(bearer)).toBe(401);
  });

  it('when the clocks differ by less than half a minute, then a token that has just expired is accepted', async () => {
    expect(await statusFor(await token(keys[0]!, {}, -15))).toBe(200);
  });

  it('when its token expires, then a login that follows the log gets no more events', async () => {
    const follower = caller(await token(keys[0]!, {}, -28));
    const writer = caller(await token(keys[0]!, { scope: 'record' }));
    const after = String(await server.ledger.parts.store.head());
    const reply = await follower.request(`/v1/events?after=${after}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(reply.status).toBe(200);
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
    await writer.record([enrolled('before its end', 'dora')]);
    let text = '';
    while (!text.includes('before its end')) text += (await reader.read()).value ?? '';
    await sleep(2_500);
    await writer.record([enrolled('after its end', 'emil')]);
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
    expect(text).not.toContain('after its end');
  });

  it('when the issuer switches to a new key, then tokens of the new one are accepted, and those of a removed one are refused', async () => {
    const [before, , , after] = keys as [SigningKey, SigningKey, SigningKey, SigningKey];
    published = [before];
    expect(await statusFor(await token(before))).toBe(200);
    published = [after];
    // A new process fetches the keys; a running one does so when a token names an unknown key.
    current = app();
    expect([await statusFor(await token(after)), await statusFor(await token(before))]).toEqual([200, 401]);
  });

  it('when the issuer cannot be reached, then a login is told to retry, and accepted only if its keys are known', async () => {
    const bearer = await token(keys[0]!);
    isAway = true;
    const refused = await caller(bearer).get('/v1/sites');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await statusFor('nonsense')).toBe(401);
    isAway = false;
    await expect.poll(() => statusFor(bearer)).toBe(200);
    isAway = true;
    expect(await statusFor(bearer)).toBe(200);
  });

  it('when many unknown keys are named, then the issuer is not asked about each', async () => {
    expect(await statusFor(await token(keys[0]!))).toBe(200);
    const before = asked;
    for (let sent = 0; sent < 20; sent++) {
      const unknown = await token({ ...keys[0]!, kid: `unknown-${sent}` });
      expect(await statusFor(unknown)).toBe(401);
    }
    expect(asked - before).toBeLessThanOrEqual(1);
  });

  it('when the console asks how to sign in, then it is told, and a code that the issuer rejects gives no token', async () => {
    const offer = await (await current.request('/login.json')).json();
    expect(offer).toEqual({ login: { issuer, authorize: `${issuer}/auth`, clientId: 'console', audience } });
    const exchanged = await current.request('/login/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'c', verifier: 'v', redirectUri: 'http://localhost/signed-in' }),
    });
    expect(exchanged.status).toBe(401);
  });
});
