/**
 * The profile "witnessed" of the compose file, run as processes of this machine: the commands, the environment and the
 * health checks are those of the file, with volumes as folders and hosts as ports. Only the image is not used.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCheckpoint } from '../src/integrity/checkpoint.ts';
import { parseNote } from '../src/integrity/signed-note.ts';
import { parseTlogPolicy, verifyByPolicy } from '../src/integrity/tlog-policy.ts';
import { stretchesUpTo } from '../src/sealed-index/stretches.ts';
import { fileForTest } from './store/ledger-files.ts';
import { freePort } from './support/free-port.ts';
import { backups } from './support/given-events.ts';
import { right } from './support/witnesses.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Service {
  readonly entrypoint?: ReadonlyArray<string>;
  readonly command?: ReadonlyArray<string>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: ReadonlyArray<string>;
  readonly healthcheck?: { readonly test: ReadonlyArray<string> };
}

const { services } = parse(
  readFileSync(join(root, 'docker-compose.yml'), 'utf8').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'),
  { merge: true },
) as { readonly services: Readonly<Record<string, Service>> };
const imageCommand: ReadonlyArray<string> = JSON.parse(
  /^CMD (.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))![1]!,
);

/** The port of each host inside its container. */
const portsInside = { 'domicile-witnessed': 8484, 'witness-1': 8585, 'witness-2': 8585 } as const;
type Host = keyof typeof portsInside;

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0).reverse()) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

/** The containers of the profile as processes, whose volumes are in a folder. */
class Containers {
  readonly folder = fileForTest('witnessed');
  private readonly ports: Readonly<Record<Host, number>>;
  private output = '';

  constructor(ports: Readonly<Record<Host, number>>) {
    this.ports = ports;
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'domicile'), `#!/bin/sh\nexec ${root}bin/domicile "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(join(this.folder, 'chown'), '#!/bin/sh\n', { mode: 0o755 });
  }

  url(host: Host): string {
    return `http://127.0.0.1:${this.ports[host]}`;
  }

  file(volume: string, name: string): string {
    return join(this.folder, volume, name);
  }

  /** A text of the compose file as it is for the process of a service. */
  private here(name: string, text: string): string {
    let here = text.replaceAll('$$', '$').replaceAll('0.0.0.0', '127.0.0.1');
    for (const volume of services[name]!.volumes) {
      const [folder, place] = volume.split(':') as [string, string];
      mkdirSync(join(this.folder, folder), { recursive: true });
      // A volume in its place: `/witness` is not that of `/witness-1`, nor a part of an address.
      here = here.replaceAll(
        new RegExp(`(?<![\\w/.:-])${place}(?![\\w-]|-\\$)|(?<=sqlite:)${place}`, 'g'),
        join(this.folder, folder),
      );
    }
    // `/witness-$witness` of a loop.
    here = here.replaceAll(/(?<![\w/.:])\/witness-\$/g, `${this.folder}/witness-$`);
    here = here.replaceAll('http://witness-$witness:8585', 'http://witness-$witness.port');
    for (const [host, port] of Object.entries(this.ports))
      here = here.replaceAll(`http://${host}:${portsInside[host as Host]}`, `http://127.0.0.1:${port}`);
    const own = this.ports[name as Host];
    return own === undefined
      ? here
      : here
          .replaceAll(`127.0.0.1:${portsInside[name as Host]}`, `127.0.0.1:${own}`)
          .replaceAll(new RegExp(`^${portsInside[name as Host]}$`, 'g'), String(own));
  }

  private environmentOf(name: string): NodeJS.ProcessEnv {
    const given = Object.entries(services[name]!.environment ?? {});
    return {
      PATH: `${this.folder}:${process.env.PATH}`,
      HOME: this.folder,
      TMPDIR: process.env.TMPDIR,
      // What Node has compiled changes nothing but the time.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...Object.fromEntries(given.map(([variable, text]) => [variable, this.here(name, text)])),
    };
  }

  private commandOf(name: string): ReadonlyArray<string> {
    const { entrypoint = [], command = imageCommand } = services[name]!;
    return [...entrypoint, ...command].map((text) => this.here(name, text));
  }

  /** Runs a service that ends. */
  run(name: string): void {
    const [program, ...args] = this.commandOf(name);
    const ended = spawnSync(program!, args, { cwd: root, env: this.environmentOf(name), encoding: 'utf8' });
    expect(ended.status, ended.stderr).toBe(0);
  }

  start(name: string): void {
    const [program, ...args] = this.commandOf(name);
    const child = spawn(program!, args, {
      cwd: root,
      env: this.environmentOf(name),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        this.output += `${name}: ${text}`;
      });
    running.push(child);
  }

  /** Runs the health check of a service until it succeeds. */
  async healthy(name: string): Promise<void> {
    const [kind, ...given] = services[name]!.healthcheck!.test.map((text) => this.here(name, text));
    const [program, ...args] = kind === 'CMD' ? given : ['/bin/sh', '-c', given[0]!];
    const check = () => spawnSync(program!, args, { env: this.environmentOf(name) }).status;
    await expect.poll(check, { timeout: 60_000, interval: 500 }).toBe(0);
  }

  said(): string {
    return this.output;
  }
}

it('given that all were introduced to each other, and events recorded by the first key, both witnesses cosign the checkpoint, and the monitor finds that all is well', async () => {
  const containers = new Containers({
    'domicile-witnessed': await freePort(),
    'witness-1': await freePort(),
    'witness-2': await freePort(),
  });
  containers.run('introductions');
  const policyFile = containers.file('introductions', 'witnessed.policy');
  // The loop of the introductions puts the addresses together from a number.
  const policyText = readFileSync(policyFile, 'utf8').replaceAll(
    /http:\/\/(witness-\d)\.port/g,
    (_, host: Host) => containers.url(host),
  );
  writeFileSync(policyFile, policyText);
  const introduced = { name: 'domicile.example/witnessed' };
  expect(parseTlogPolicy(policyText)).toMatchObject(
    E.right({
      logs: [{ key: introduced }, { key: { type: 'ml-dsa-44-cosignature' } }],
      witnesses: [
        { name: 'w1', key: { name: 'witness-1.example' }, url: containers.url('witness-1') },
        { name: 'w2', key: { name: 'witness-2.example' }, url: containers.url('witness-2') },
      ],
    }),
  );
  const ofIndex = { name: 'domicile.example/witnessed/index-2' };
  const readIn = (volume: string, name: string) => readFileSync(containers.file(volume, name), 'utf8');
  expect(parseTlogPolicy(readIn('introductions', 'index.policy'))).toMatchObject(
    E.right({
      logs: [
        { key: { ...ofIndex, type: 'ed25519' } },
        { key: { ...ofIndex, type: 'ml-dsa-44-cosignature' } },
      ],
    }),
  );
  expect(readIn('introductions', 'monitor.token')).toMatch(/^dom_\S+\n$/);
  expect(readIn('domicile-witnessed', 'first-key.txt')).toMatch(/^dom_\S+\n$/);
  // A second start introduces nobody anew.
  containers.run('introductions');
  expect(readFileSync(policyFile, 'utf8')).toBe(policyText);
  for (const name of ['domicile-witnessed', 'witness-1', 'witness-2']) containers.start(name);
  for (const name of ['domicile-witnessed', 'witness-1', 'witness-2']) await containers.healthy(name);
  containers.start('monitor');

  const url = containers.url('domicile-witnessed');
  const authorization = `Bearer ${readFileSync(containers.file('domicile-witnessed', 'first-key.txt'), 'utf8').trim()}`;
  const recorded = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-ndjson' },
    body: backups(70)
      .map((event) => JSON.stringify(event))
      .join('\n'),
  });
  expect(recorded.ok, await recorded.text()).toBe(true);

  const policy = right(parseTlogPolicy(policyText));
  const served = async () => {
    const answer = await fetch(`${url}/log/checkpoint`, { headers: { authorization } });
    const judged = answer.ok ? verifyByPolicy(right(parseNote(await answer.text())), policy) : undefined;
    if (judged === undefined || E.isLeft(judged)) return undefined;
    const { size } = right(parseCheckpoint(judged.right.text));
    return { size, witnesses: judged.right.witnesses.map(({ name }) => name).toSorted() };
  };
  await expect.poll(served, { timeout: 60_000 }).toEqual({ size: 70, witnesses: ['w1', 'w2'] });

  // The witnesses know the index as well: a checkpoint of it is served once both have cosigned it.
  const index = async () => {
    const answer = await fetch(`${url}/v1/log`, { headers: { authorization } });
    const { data } = (await answer.json()) as { data: { index: { checkpoint?: { size: number } } } };
    return data.index.checkpoint?.size;
  };
  await expect.poll(index, { timeout: 60_000 }).toBe(stretchesUpTo(70));

  await containers.healthy('monitor');
  await expect
    .poll(() => containers.said(), { timeout: 60_000 })
    .toMatch(/monitor: 70 events verified; \d+ answers match those derived here\./);
  expect(containers.said()).not.toContain('Problem');
}, 240_000);
