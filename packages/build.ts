/**
 * Makes the packages that are published, in `packages/dist`: `domicile` and `@domicile/client`, and a tarball of each.
 *
 * `domicile` keeps the folders of the repository, compiled, so that every module finds its files where it finds them
 * here. The client is one file without imports, which a browser can load as it is.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = join(root, 'packages');
const dist = join(here, 'dist');
const domicile = join(dist, 'domicile');
const client = join(dist, 'client');
const types = join(dist, 'types');

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** The dependencies of these names, with the versions of the repository. */
const dependenciesOf = (isWanted: (name: string) => boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(manifest.dependencies).filter(([name]) => isWanted(name)));

const compile = (project: string): void => {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(here, project)], {
    stdio: 'inherit',
  });
};

/** Declarations name the modules of the source, `./x.ts`; what is published has `./x.js`. */
const nameCompiledModules = (): void => {
  for (const entry of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.d.ts')) continue;
    const file = join(types, entry);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/(from '|import\(["'])(\.[^'"]+)\.ts(?=['"])/g, '$1$2.js'));
  }
};

/** The modules that browsers have in other versions, by the names that the source gives them; compiled. */
const compiledImports = (): Manifest['imports'] =>
  JSON.parse(JSON.stringify(manifest.imports).replaceAll('.ts"', '.js"'));

const writeManifest = (folder: string, fields: object): void => {
  const { version, license } = manifest;
  const repository = { type: 'module', version, license, ...fields };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(repository, null, 2)}\n`);
};

const buildDomicile = (): void => {
  compile('domicile');
  cpSync(types, join(domicile, 'src'), { recursive: true });
  mkdirSync(join(domicile, 'bin'));
  cpSync(join(here, 'domicile/domicile.js'), join(domicile, 'bin/domicile.js'));
  cpSync(join(here, 'domicile/README.md'), join(domicile, 'README.md'));
  for (const folder of ['console/dist', 'policies', 'scenarios']) {
    cpSync(join(root, folder), join(domicile, folder), { recursive: true });
  }
  writeManifest(domicile, {
    name: 'domicile',
    description: manifest.description,
    bin: { domicile: 'bin/domicile.js' },
    exports: { '.': { types: './src/client/client.d.ts', default: './src/client/client.js' } },
    imports: compiledImports(),
    engines: { node: '>=24' },
    // The repository has a Node among its dependencies, so that any machine runs it. Who installs this has one.
    dependencies: dependenciesOf((name) => name !== 'node'),
    // Large, and of use to `domicile sql` alone: who wants that installs it.
    peerDependencies: { '@duckdb/node-api': '*' },
    peerDependenciesMeta: { '@duckdb/node-api': { optional: true } },
  });
};

const buildClient = async (): Promise<void> => {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    // The modules of fp-ts and io-ts that a bundler can shake.
    resolve: {
      alias: [
        { find: /^(fp-ts)\/lib\/(.*)\.js$/, replacement: '$1/es6/$2.js' },
        { find: /^io-ts$/, replacement: join(root, 'node_modules/io-ts/es6/index.js') },
      ],
    },
    build: {
      outDir: client,
      emptyOutDir: true,
      copyPublicDir: false,
      target: 'es2022',
      minify: true,
      reportCompressedSize: false,
      lib: { entry: join(root, 'src/client/client.ts'), formats: ['es'], fileName: () => 'index.js' },
    },
  });
  cpSync(types, join(client, 'types'), { recursive: true });
  cpSync(join(here, 'client/README.md'), join(client, 'README.md'));
  writeManifest(client, {
    name: '@domicile/client',
    description:
      'The typed client of Domicile, a ledger of where people’s data lived and who could reach it.',
    exports: {
      '.': { types: './types/client/client.d.ts', default: './index.js' },
      './rows': { types: './types/client/rows.d.ts' },
    },
    sideEffects: false,
    engines: { node: '>=20' },
    // Its types name those of these two; its code has what it needs.
    dependencies: dependenciesOf((name) => name === 'fp-ts' || name === 'io-ts'),
  });
};

const pack = (folder: string): void => {
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(root, 'CHANGELOG.md'), join(folder, 'CHANGELOG.md'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', dist], { cwd: folder, stdio: 'inherit' });
};

rmSync(dist, { recursive: true, force: true });
compile('client');
nameCompiledModules();
buildDomicile();
await buildClient();
pack(domicile);
pack(client);
