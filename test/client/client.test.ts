/** The client against the API: its requests, decoded answers, and errors as values. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import {
  ClientFailure,
  createClient,
  type EventInput,
  everyRow,
  type Fetch,
  orThrow,
  sentenceOf,
} from '../../src/client/client.ts';
import type { FindingRow } from '../../src/contract/rows/policy.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const scenario = join(import.meta.dirname, '..', '..', 'scenarios', 'tiktok-us', 'events.ndjson');
const url = 'http://localhost';
const server = sharedLedger();
let answering: Fetch;
let atLeast: string;

const ledger = () => createClient({ url, fetch: answering });

beforeAll(async () => {
  const app = createApp(server.ledger, pino({ level: 'silent' }));
  answering = (request) => app.fetch(request);
  const sent = await ledger().events.emitBytes([readFileSync(scenario)]);
  if (E.isLeft(sent)) throw new Error(JSON.stringify(sent.left));
  atLeast = sent.right.position;
});

describe('questions', () => {
  it('get rows under the requested clocks', async () => {
    const asked = {
      validAt: new Date('2022-06-30'),
      knownPosition: '43',
      minAssurance: 'claimed',
      atLeast,
    } as const;

    const { clocks, data, next } = orThrow(await ledger().subjects.residency('ana', asked));

    expect(clocks).toMatchObject({ validAt: '2022-06-30T00:00:00.000Z', position: '43' });
    expect(data.filter(({ kind }) => kind === 'live').map(({ site }) => site)).toEqual([
      'virginia',
      'virginia',
      'virginia',
    ]);
    expect(next).toBeNull();
  });

  it('exist for every route that answers them', async () => {
    const client = ledger();
    const question = { validAt: '2022-07-15', atLeast };
    const counts = {
      history: orThrow(await client.subjects.history('dora', { ...question, from: '2021-01-01' })).data
        .length,
      trail: orThrow(await client.subjects.trail('dora', question)).data.length,
      sites: orThrow(await client.sites.list(question)).data.length,
      holdings: orThrow(await client.sites.holdings('singapore', question)).data.length,
      stays: orThrow(await client.sites.stays('singapore', { ...question, from: '2015-01-01' })).data.length,
      staysOfDataset: orThrow(await client.datasets.stays('tiktok/profile', question)).data.length,
      parties: orThrow(await client.parties.list(question)).data.length,
      datasets: orThrow(await client.datasets.list(question)).data.length,
      lineage: orThrow(await client.datasets.lineage('tiktok/profile', question)).data.nodes.length,
      populations: orThrow(await client.populations.list(question)).data.length,
      transfers: orThrow(await client.transfers({ ...question, to: '2021-12-31' })).data.length,
      discrepancies: orThrow(await client.discrepancies({ ...question, state: 'resolved' })).data.length,
      corrections: orThrow(await client.events.get('32', question)).data.corrections.length,
    };

    expect(Object.values(counts).every((count) => Number.isInteger(count))).toBe(true);
    expect(counts).toMatchObject({ history: 7, datasets: 3, populations: 3 });
    expect(orThrow(await client.sites.get('oracle-ashburn', question)).data.operator).toBe('oracle');
    expect(orThrow(await client.parties.get('cn-engineers', question)).data.kind).toBe('team');
    expect(orThrow(await client.populations.get('us-users', question)).data.jurisdiction).toBe('US');
    expect(orThrow(await client.health.ready())).toMatchObject({ status: 'ready', head: atLeast });
  });

  it('return who could reach data, along which path, and what would end it', async () => {
    const client = ledger();
    const question = { validAt: '2022-07-15', atLeast };

    const reach = orThrow(await client.subjects.reach('ben', { ...question, party: 'bytedance' })).data;
    const cut = orThrow(await client.subjects.cut('ben', { ...question, party: 'bytedance' })).data;
    const held = orThrow(await client.parties.reach('oracle', question)).data;
    const simulated = orThrow(
      await client.reach.simulate(
        [
          {
            id: 'simulated',
            source: 'urn:example:client',
            type: 'ControlBegan',
            time: '2022-01-01T00:00:00Z',
            data: { controller: 'ncc-group', controlled: 'oracle', basis: 'contract' },
          },
        ],
        question,
      ),
    ).data;

    expect(reach.map(({ party }) => party)).toEqual(['bytedance']);
    expect(reach[0]!.intervals[0]!.path[0]).toMatchObject({ edge: 'employs', to: 'cn-engineers' });
    expect(cut).toMatchObject({ party: 'bytedance', reaches: true });
    expect(cut.close.map(({ edge, to }) => [edge, to])).toContainEqual(['controls', 'tiktok']);
    expect(held.map(({ site }) => site)).toContain('oracle-ashburn');
    expect(new Set(simulated.map(({ party }) => party))).toEqual(new Set(['ncc-group']));
  });

  it('return what a policy found, would find, and what makes the difference', async () => {
    const client = ledger();
    const cedar = `@id("out") forbid(principal in Party::"bytedance", action == Action::"reach", resource)
      when { resource.jurisdiction == "US" };`;

    const simulated = await client.policies.simulate({ policy: 'out', cedar, effectiveFrom: '2022-06-17' });
    const refused = await client.policies.simulate({
      policy: 'out',
      cedar: 'forbid',
      effectiveFrom: '2022-06-17',
    });
    const adopted = await client.events.emit({
      id: 'out-adopted',
      source: 'urn:example:client',
      type: 'PolicyAdopted',
      time: '2022-06-17T00:00:00Z',
      data: { policy: 'out', title: 'Keep ByteDance out', cedar, effectiveFrom: '2022-06-17' },
    });
    const { position } = orThrow(adopted);
    const findings = orThrow(
      await everyRow((page) => client.findings.list(page), { policy: 'out', atLeast: position }),
    ).data;

    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ policy, verdict }) => policy === 'out' && verdict === 'violated')).toBe(true);
    expect(refused).toMatchObject(E.left({ kind: 'problem', status: 422 }));
    expect(orThrow(await client.policies.get('out', { atLeast: position })).data.versions).toHaveLength(1);
    const learned = { policy: 'out', fromPosition: atLeast, toPosition: position, atLeast: position };
    const keys = ({ opened }: { opened: ReadonlyArray<FindingRow> }) =>
      opened.map(({ holding, party, from, to }) => JSON.stringify([holding, party, from, to]));
    expect(keys(orThrow(await client.findings.diff(learned)).data)).toEqual(keys(orThrow(simulated).data));
    expect(orThrow(await client.subjects.findings('ben', { atLeast: position })).data.length).toBeGreaterThan(
      0,
    );
  });

  it('can name things whose identifiers have slashes', async () => {
    const { data } = orThrow(await ledger().datasets.get('tiktok/profile', { atLeast }));

    expect(data.dataset).toBe('tiktok/profile');
  });

  it('can be answered completely, page by page', async () => {
    const client = ledger();

    const pages = orThrow(await everyRow((page) => client.events.list(page), { limit: 7, atLeast }));
    const whole = orThrow(await client.events.list({ limit: 1_000, atLeast }));

    expect(pages.data).toEqual(whole.data);
    expect(pages.next).toBeNull();
  });

  it('find what was just recorded only if they wait for it', async () => {
    const client = ledger();
    const { position } = orThrow(
      await client.events.emit({
        id: 'own-write',
        source: 'urn:example:client',
        type: 'PopulationRegistered',
        time: '2022-01-01T00:00:00Z',
        data: { population: 'own-write', name: 'Own write', jurisdiction: 'US' },
      }),
    );

    const { data } = orThrow(await client.populations.get('own-write', { atLeast: position }));

    expect(data).toMatchObject({ name: 'Own write', subjects: 0 });
  });

  it('send the token, if there is one', async () => {
    let seen: string | null = '';
    const fetch: Fetch = (request) => {
      seen = request.headers.get('authorization');
      return answering(request);
    };

    await createClient({ url, token: 'dom_secret', fetch }).sites.list();
    expect(seen).toBe('Bearer dom_secret');
    await createClient({ url, fetch }).sites.list();
    expect(seen).toBeNull();
  });
});

describe('erasing a person', () => {
  it('returns nothing, and afterwards nobody is known by that name', async () => {
    const client = ledger();

    expect(await client.subjects.erase('lev')).toEqual(E.right(undefined));
    expect(await client.subjects.erase('lev')).toMatchObject(E.left({ kind: 'problem', status: 404 }));
    expect(await client.subjects.residency('lev')).toMatchObject(E.left({ kind: 'problem', status: 404 }));
  });
});

describe('the log of reads', () => {
  it('says who asked about whom', async () => {
    const client = ledger();
    await client.subjects.history('mia', { atLeast });

    const { data } = orThrow(await everyRow((page) => client.reads({ ...page, subject: 'mia' }), {}));

    expect(data.at(-1)).toMatchObject({ subject: 'mia', reader: null, at: expect.any(String) });
  });
});

describe('a replay', () => {
  it('is started, followed until it serves, and remembered', async () => {
    const client = ledger();
    const { id } = orThrow(await client.replays.start());

    const states: string[] = [];
    for await (const replay of client.replays.follow(id)) states.push(orThrow(replay).state);

    expect(states.at(-1)).toBe('serving');
    expect(states.slice(0, -1).every((state) => state === 'running')).toBe(true);
    expect(orThrow(await client.replays.get(id))).toMatchObject({
      id,
      rollback: false,
      state: 'serving',
      failure: null,
    });
    expect(orThrow(await client.replays.list()).data.map((replay) => replay.id)).toContain(id);
    expect(await client.replays.cancel(id)).toMatchObject(E.left({ kind: 'problem', status: 409 }));
  });
});

describe('an error', () => {
  it('is the ledger’s problem', async () => {
    const outcome = await ledger().subjects.history('ana', { from: '2022-01-01', to: '2021-01-01' });

    expect(outcome).toMatchObject(
      E.left({
        kind: 'problem',
        status: 400,
        problem: { type: 'urn:domicile:problem:bad-parameter', parameter: 'to' },
      }),
    );
  });

  it('is a network error if nobody answers', async () => {
    const outcome = await createClient({ url: 'http://127.0.0.1:9' }).sites.list();

    expect(outcome).toMatchObject(E.left({ kind: 'network' }));
  });

  it('is described in a sentence with the field and the number of further faults', async () => {
    const outcome = await ledger().events.emit({ id: '1' } as EventInput);

    const sentence = E.isLeft(outcome) ? sentenceOf(outcome.left) : '';
    expect(sentence).toMatch(/^Invalid events: event 1, \/source: is missing; expected .*, and \d more$/);
  });

  it('is undecodable if another program answers', async () => {
    const page: Fetch = () => new Response('<html>', { headers: { 'content-type': 'text/html' } });
    const refusing: Fetch = () => new Response('no', { status: 500 });
    const almost: Fetch = () => Response.json({ clocks: {}, data: [{ site: 1 }], next: null });

    expect(await createClient({ url, fetch: page }).sites.list()).toMatchObject(
      E.left({ kind: 'undecodable', status: 200 }),
    );
    expect(await createClient({ url, fetch: refusing }).sites.list()).toMatchObject(
      E.left({ kind: 'undecodable', status: 500 }),
    );
    const outcome = await createClient({ url, fetch: almost }).sites.list();
    expect(outcome).toMatchObject(E.left({ kind: 'undecodable' }));
    const pointers = E.isLeft(outcome) && outcome.left.kind === 'undecodable' ? outcome.left.faults : [];
    expect(pointers.map(({ pointer }) => pointer)).toContain('/data/0/site');
  });

  it('does not result from unknown fields of a newer ledger', async () => {
    const newer: Fetch = async (request) => {
      const answer = (await (await answering(request)).json()) as { data: object[] };
      const data = answer.data.map((row) => ({ ...row, shoeSize: 43 }));
      return Response.json({ ...answer, data, mood: 'fine' });
    };

    const { data } = orThrow(await createClient({ url, fetch: newer }).sites.list({ atLeast }));

    expect(data[0]).toMatchObject({ site: expect.any(String) });
    expect(data[0]).not.toHaveProperty('shoeSize');
  });

  it('is a cancellation if the caller cancelled', async () => {
    const never: Fetch = (request) =>
      new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    const cancel = new AbortController();

    const outcome = createClient({ url, fetch: never }).sites.list({}, { signal: cancel.signal });
    cancel.abort();

    expect(await outcome).toEqual(E.left({ kind: 'cancelled' }));
  });

  it('is an exception for callers that prefer one', async () => {
    const outcome = await ledger().subjects.residency('nobody-known');
    const failure = E.isLeft(outcome) ? outcome.left : undefined;

    expect(() => orThrow(outcome)).toThrow(ClientFailure);
    expect(() => orThrow(outcome)).toThrow(sentenceOf(failure!));
  });
});

describe('the client itself', () => {
  /** The modules that a file imports for more than types, recursively. */
  const imported = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)';$/gms)) {
      imported(resolve(dirname(file), from!), seen);
    }
    return seen;
  };

  it('needs nothing that a browser does not have', () => {
    const root = join(import.meta.dirname, '..', '..', 'src');
    const files = [...imported(join(root, 'client', 'client.ts'))];

    expect(files.length).toBeGreaterThan(10);
    const needy = files.filter((file) =>
      /from 'node:|\bBuffer\b|\bprocess\.\w|\brequire\(/.test(readFileSync(file, 'utf8')),
    );
    expect(needy.map((file) => relative(root, file))).toEqual([]);
    const packages = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^import (?!type\b)[^;]*?from '([^.'][^']*)';$/gms)].map(
        ([, from]) => from!,
      ),
    );
    expect([...new Set(packages)].sort()).toEqual([
      'eventsource-parser/stream',
      'fastest-levenshtein',
      'fp-ts/lib/Either.js',
      'fp-ts/lib/TaskEither.js',
      'fp-ts/lib/function.js',
      'io-ts',
    ]);
  });
});
