/**
 * The container image and the compose file, as far as they can be checked without an engine: they must match each
 * other, the settings, and the repository. Whether images can be pulled and run is not tested.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readStoreSetting } from '../src/store/open/store-setting.ts';
import { fileForTest } from './store/ledger-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Service {
  readonly image: string;
  readonly profiles: ReadonlyArray<string>;
  readonly restart?: string;
  readonly build?: string;
  readonly entrypoint?: ReadonlyArray<string>;
  readonly command?: ReadonlyArray<string>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: ReadonlyArray<string>;
  readonly volumes?: ReadonlyArray<string>;
  readonly healthcheck?: { readonly test: ReadonlyArray<string> };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

/** The compose file with the defaults of its variables. */
const compose = parse(textOf('docker-compose.yml').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'), {
  merge: true,
}) as Compose;
const services = Object.entries(compose.services);
const servicesOf = (profile: string) => services.filter(([, service]) => service.profiles.includes(profile));

describe('the compose file', () => {
  test('starts one node and Domicile without a profile, three nodes with the profile "cluster", and witnesses and a monitor with "witnessed"', () => {
    expect(textOf('.env')).toMatch(/^COMPOSE_PROFILES=single$/m);
    expect(services.every(([, { profiles }]) => profiles.length === 1)).toBe(true);
    expect(servicesOf('single').map(([name]) => name)).toEqual(['kurrentdb', 'domicile']);
    expect(servicesOf('cluster').map(([name]) => name)).toEqual([
      'certificates',
      'kurrentdb1',
      'kurrentdb2',
      'kurrentdb3',
      'domicile-on-cluster',
    ]);
    expect(servicesOf('witnessed').map(([name]) => name)).toEqual([
      'introductions',
      'domicile-image',
      'domicile-witnessed',
      'witness-1',
      'witness-2',
      'monitor',
    ]);
  });

  test('gives every long-running service a health check, a volume for its data, and automatic restarts', () => {
    for (const [name, service] of services) {
      if (['certificates', 'introductions', 'domicile-image'].includes(name)) continue;
      expect(service.healthcheck?.test.length, name).toBeGreaterThan(0);
      expect(service.restart, name).toBe('unless-stopped');
      const data = name.startsWith('domicile')
        ? '/var/lib/domicile'
        : name.startsWith('kurrentdb')
          ? '/var/lib/kurrentdb'
          : `/${name.replace(/-\d$/, '')}`;
      expect(service.volumes, name).toContain(`${name}:${data}`);
    }
  });

  test('declares exactly the used volumes', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    expect(used.every((volume) => /^[a-z]/.test(volume))).toBe(true);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });

  test('lets services wait only for conditions in the same profile that can come about', () => {
    for (const [name, { depends_on: waited = {}, profiles }] of services) {
      for (const [other, { condition }] of Object.entries(waited)) {
        const service = compose.services[other];
        expect(service?.profiles, `${name} waits for ${other}`).toEqual(profiles);
        if (condition === 'service_healthy') expect(service?.healthcheck).toBeDefined();
        else expect(service?.restart, other).toBeUndefined();
      }
    }
  });

  test('configures Domicile with a store among the nodes of its profile, with mounted files', () => {
    for (const [name, { environment = {}, profiles, volumes = [] }] of services) {
      if (!name.startsWith('domicile') || profiles.includes('witnessed')) continue;
      const store = environment.LEDGER_STORE!;
      const setting = readStoreSetting(store);
      expect(setting, store).toMatchObject(E.right({ kind: 'kurrentdb' }));
      const hosts = store
        .replace(/^esdb:\/\/([^@]*@)?/, '')
        .split('?')[0]!
        .split(',');
      const nodes = servicesOf(profiles[0]!).map(([service]) => `${service}:2113`);
      expect(hosts).toEqual(nodes.filter((node) => node.startsWith('kurrentdb')));
      const isSecure = profiles[0] === 'cluster';
      expect(E.isRight(setting) && setting.right.kind === 'kurrentdb' && setting.right.settings.tls).toBe(
        isSecure,
      );
      const ca = new URLSearchParams(store.split('?')[1]).get('tlsCAFile');
      if (isSecure) expect(volumes).toContain(`authority:${ca!.slice(0, ca!.lastIndexOf('/'))}:ro`);
      expect(environment.LEDGER_HOST).toBe('0.0.0.0');
      expect(volumes.some((volume) => volume.endsWith(`:${environment.LEDGER_DATA}`))).toBe(true);
    }
  });

  test('lets the nodes of the cluster know each other by the names in their certificates', () => {
    const nodes = servicesOf('cluster').filter(([name]) => name.startsWith('kurrentdb'));
    const script = compose.services.certificates!.command!.join('\n');
    for (const [name, { environment = {}, volumes = [] }] of nodes) {
      const others = nodes.map(([other]) => `${other}:2113`).filter((other) => other !== `${name}:2113`);
      expect(environment.KURRENTDB_GOSSIP_SEED!.split(',')).toEqual(others);
      expect(environment.KURRENTDB_CLUSTER_SIZE).toBe('3');
      expect(environment.KURRENTDB_INSECURE).toBeUndefined();
      expect(environment.KURRENTDB_NODE_HOST_ADVERTISE_AS).toBe(name);
      expect(environment.KURRENTDB_REPLICATION_HOST_ADVERTISE_AS).toBe(name);
      expect(volumes).toContain(`certificate-${name.at(-1)}:/certificate:ro`);
      expect(volumes.some((volume) => volume.startsWith('authority-secret'))).toBe(false);
    }
    expect(script).toContain('-dns-names kurrentdb$$node,localhost');
  });

  test('publishes nothing to other machines', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published).toHaveLength(4);
    expect(published.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
  });

  test('creates certificates once, and again after an interrupted start', () => {
    const folder = fileForTest('volumes');
    const tool = join(folder, 'es-gencert-cli');
    for (const place of ['authority', 'secret', 'certificates/1', 'certificates/2', 'certificates/3']) {
      mkdirSync(join(folder, place), { recursive: true });
    }
    writeFileSync(
      tool,
      `#!/bin/sh -e
kind=$1
while [ $# -gt 0 ]; do case $1 in -out) out=$2;; esac; shift; done
case $kind in create-ca) name=ca;; *) name=node;; esac
test ! -e "$out/$name.key"
mkdir -p "$out"; echo "$kind" >> "${folder}/calls"; echo new > "$out/$name.crt"; echo new > "$out/$name.key"
`,
      { mode: 0o755 },
    );
    const [command] = compose.services.certificates!.command!;
    const script = command!
      .replaceAll('$$', '$')
      .replaceAll(/(?<![\w/])\/(authority|secret|certificates)/g, `${folder}/$1`);
    const run = (): number | null =>
      spawnSync('/bin/sh', ['-ec', script], { env: { PATH: `${folder}:${process.env.PATH}` } }).status;
    const calls = (): number => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').length;
    mkdirSync(join(folder, 'secret/ca'));
    writeFileSync(join(folder, 'secret/ca/ca.key'), 'half');
    expect(run()).toBe(0);
    expect(calls()).toBe(4);
    expect(readdirSync(join(folder, 'authority'))).toEqual(['ca.crt']);
    expect(readdirSync(join(folder, 'certificates/2')).toSorted()).toEqual(['node.crt', 'node.key']);
    expect(run()).toBe(0);
    expect(calls()).toBe(4);
  });

  if (spawnSync('docker', ['compose', 'version']).status === 0) {
    test('is accepted by docker compose itself', () => {
      for (const profile of [[], ['--profile', 'cluster'], ['--profile', 'witnessed']]) {
        const { status, stderr } = spawnSync('docker', ['compose', ...profile, 'config', '--quiet'], {
          cwd: root,
          encoding: 'utf8',
        });
        expect(stderr).toBe('');
        expect(status).toBe(0);
      }
    });
  }
});

/** The Node that tests run on. */
const nodeVersion: string = JSON.parse(textOf('package-lock.json')).packages['node_modules/node'].version;

describe('images of others', () => {
  test('have pinned versions, so that nothing changes unnoticed', () => {
    const used = [
      ...[...textOf('docker-compose.yml').matchAll(/image: (?:\$\{\w+:-)?([^}\s]+)/g)].map(
        ([, image]) => image!,
      ),
      ...[...textOf('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!),
    ].filter((image) => image !== 'domicile');
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((image) => !/:\d+\.\d+\.\d+(-\w+)?$/.test(image))).toEqual([]);
  });
});

describe('the image', () => {
  const lines = textOf('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const argumentOf = (instruction: string): string | undefined =>
    last
      .find((line) => line.startsWith(`${instruction} `))
      ?.slice(instruction.length)
      .trim();

  const serveArguments = ['--max-semi-space-size=4', 'src/main/serve.ts'];

  test('is small, does not run as root, and passes signals to Node itself', () => {
    expect(last[0]).toBe(`FROM node:${nodeVersion}-slim`);
    expect(argumentOf('USER')).toBe('node');
    expect(JSON.parse(argumentOf('CMD')!)).toEqual(['node', ...serveArguments]);
    expect(argumentOf('ENV')).toContain('LEDGER_HOST=0.0.0.0');
    expect(argumentOf('ENTRYPOINT')).toBeUndefined();
  });

  test('copies only files that exist and are included', () => {
    const letIn = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(letIn, source).toContain(source);
    }
    expect(new Set(letIn)).toEqual(new Set(copied));
  });

  test('stops gracefully', async () => {
    const server = spawn(process.execPath, serveArguments, {
      cwd: root,
      env: { ...process.env, LEDGER_STORE: `sqlite:${fileForTest('data')}`, LEDGER_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await once(server.stdout, 'data');
    const url = /http:\S+/.exec(String(output))![0];
    expect((await fetch(`${url}/livez`)).ok).toBe(true);
    server.kill('SIGTERM');
    const [code, signal] = await once(server, 'exit');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});
