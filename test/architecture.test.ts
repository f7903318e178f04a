/** Imports go one way: this file lists and enforces what each folder may import. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

/** What each folder may import from the others. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  contract: ['domain'],
  import: ['domain'],
  crypto: [],
  'sorted-runs': [],
  threads: [],
  store: ['domain', 'threads'],
  integrity: ['crypto', 'domain', 'store', 'threads'],
  'sealed-index': ['domain', 'integrity', 'projections', 'store', 'threads'],
  witness: ['domain', 'integrity', 'store'],
  people: ['domain', 'store', 'sorted-runs'],
  projections: ['domain', 'store', 'sorted-runs', 'threads'],
  questions: ['contract', 'domain', 'projections'],
  ledger: [
    'contract',
    'domain',
    'evidence',
    'integrity',
    'people',
    'projections',
    'questions',
    'sealed-index',
    'store',
    'threads',
  ],
  monitor: ['contract', 'domain', 'integrity', 'ledger', 'projections', 'questions', 'sealed-index', 'store'],
  evidence: ['contract', 'domain', 'integrity', 'projections', 'questions', 'sealed-index', 'store'],
  client: ['contract', 'domain'],
  api: [
    'contract',
    'domain',
    'evidence',
    'import',
    'integrity',
    'ledger',
    'people',
    'projections',
    'questions',
    'store',
    'threads',
  ],
  main: ['api', 'import', 'ledger', 'people', 'witness'],
  cli: [
    'api',
    'client',
    'contract',
    'domain',
    'evidence',
    'import',
    'integrity',
    'ledger',
    'main',
    'monitor',
    'people',
    'store',
    'witness',
  ],
};

/** What nested folders may import from their siblings: the chapters of the domain are ordered. */
const allowedWithin: Readonly<Record<string, ReadonlyArray<string>>> = {
  'domain/time': [],
  'domain/events': ['domain/time'],
  'domain/recording': ['domain/events', 'domain/time'],
  'domain/residency': ['domain/events', 'domain/recording', 'domain/time'],
  'domain/reach': ['domain/events', 'domain/recording', 'domain/residency', 'domain/time'],
  'domain/policy/cedar': ['domain/time', 'domain/events'],
  'domain/policy': [
    'domain/events',
    'domain/policy/cedar',
    'domain/reach',
    'domain/recording',
    'domain/residency',
    'domain/time',
  ],
};

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

const importsOf = (file: string): ReadonlyArray<string> =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);

const folderOf = (file: string): string => relative(source, file).split(sep)[0]!;

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The imports between source files. */
const fileGraph: Graph = new Map(
  filesIn(source).map((file) => [
    relative(source, file),
    new Set(
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(source, join(dirname(file), target))),
    ),
  ]),
);

/** The same between folders at every depth. */
const folderGraph = (): Graph => {
  const graph = new Map<string, Set<string>>();
  for (const [file, targets] of fileGraph) {
    const folder = dirname(file);
    const of = graph.get(folder) ?? new Set();
    for (const target of targets) if (dirname(target) !== folder) of.add(dirname(target));
    graph.set(folder, of);
  }
  return graph;
};

/** A cycle, if there is one. */
const circleIn = (graph: Graph): ReadonlyArray<string> | undefined => {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): ReadonlyArray<string> | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    way.push(node);
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    way.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
};

/** The engine that parses Cedar is WebAssembly, which Node has to load. */
const mayUse = (file: string, target: string): boolean =>
  target === 'node:crypto' ||
  (target === 'node:module' && file.endsWith(join('policy', 'cedar', 'cedar-engine.ts')));

/** Further imports of importers: parsers of CSV and YAML, and digests. */
const readingOfImports: ReadonlySet<string> = new Set(['node:crypto', 'node:stream', 'csv-parse', 'yaml']);

describe('imports', () => {
  it('go from folder to folder in one direction only', () => {
    const wrong = filesIn(source).flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => folderOf(join(dirname(file), target)))
        .filter((folder) => folder !== folderOf(file) && !allowed[folderOf(file)]?.includes(folder))
        .map((folder) => `${relative(root, file)} imports ${folder}`),
    );
    expect(wrong).toEqual([]);
  });

  it('form no cycle of files', () => {
    expect(circleIn(fileGraph)).toBeUndefined();
  });

  it('form no cycle of folders, including nested ones', () => {
    expect(circleIn(folderGraph())).toBeUndefined();
  });

  it('go from chapter to chapter of the domain in one direction only', () => {
    const wrong = [...folderGraph()].flatMap(([folder, targets]) =>
      folder.startsWith('domain')
        ? [...targets]
            .filter((target) => !allowedWithin[folder]?.includes(target))
            .map((target) => `${folder} imports ${target}`)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  it('let questions know the port of the projections, and nothing behind it', () => {
    const wrong = [...fileGraph].flatMap(([file, targets]) =>
      file.startsWith('questions')
        ? [...targets]
            .filter((target) => target.startsWith(join('projections', 'engine')))
            .map((target) => `${file} imports ${target}`)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  it('come with a README of at most fifteen lines in each folder', () => {
    const folders = new Set([...fileGraph.keys()].map((file) => dirname(file)));
    const wrong = [...folders].filter((folder) => {
      const readme = join(source, folder, 'README.md');
      return !existsSync(readme) || readFileSync(readme, 'utf8').trimEnd().split('\n').length > 15;
    });
    expect(wrong).toEqual([]);
  });

  it('bring no I/O and no clock into the domain', () => {
    const pure = filesIn(join(source, 'domain'));
    const wrong = pure.flatMap((file) => {
      const effects = importsOf(file).filter((target) => target.startsWith('node:') && !mayUse(file, target));
      const clocks = /Date\.now\(|Math\.random\(|new Date\(\)|process\./.test(readFileSync(file, 'utf8'));
      return [...effects, ...(clocks ? ['a clock, chance or the process'] : [])].map(
        (what) => `${relative(root, file)} uses ${what}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('bring no I/O and no clock into the importers', () => {
    const wrong = filesIn(join(source, 'import')).flatMap((file) => {
      const effects = importsOf(file).filter(
        (target) =>
          !target.startsWith('.') && !/^(fp-ts|io-ts)(\/|$)/.test(target) && !readingOfImports.has(target),
      );
      const clocks = /Date\.now\(|Math\.random\(|new Date\(\)|process\./.test(readFileSync(file, 'utf8'));
      return [...effects, ...(clocks ? ['a clock, chance or the process'] : [])].map(
        (what) => `${relative(root, file)} uses ${what}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('of fp-ts and io-ts use the paths that plain Node resolves', () => {
    const wrong = [...filesIn(source), ...filesIn(join(root, 'console', 'src'))].flatMap((file) =>
      importsOf(file)
        .filter((target) => /^(fp-ts|io-ts)\/(?!lib\/.+\.js$)/.test(target))
        .map((target) => `${relative(root, file)} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('of the console reach the ledger only through the client, except the page that checks evidence without one', () => {
    const checking = join(root, 'console', 'src', 'check') + sep;
    const wrong = filesIn(join(root, 'console', 'src')).flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => join(dirname(file), target))
        .filter(
          (target) =>
            target.startsWith(source + sep) &&
            !['client', 'contract', 'domain'].includes(folderOf(target)) &&
            !(file.startsWith(checking) && ['evidence', 'integrity'].includes(folderOf(target))),
        )
        .map((target) => `${relative(root, file)} imports ${relative(root, target)}`),
    );
    expect(wrong).toEqual([]);
  });
});

it('allow only one place to start threads', () => {
  const starting = filesIn(source).filter((file) => /\bnew Worker\(/.test(readFileSync(file, 'utf8')));
  expect(starting.map((file) => relative(source, file))).toEqual([join('threads', 'start-thread.ts')]);
});
