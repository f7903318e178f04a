/**
 * Reads the documentation: pages, their commands and output, their links, and the paths that they name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

const blockPattern = /^```([^\n]*)\n(.*?)^```$/gms;

/** A command that a page shows, and its expected output. */
export interface Shown {
  readonly kind: 'command' | 'background';
  readonly commands: string;
  readonly prints: string | undefined;
}

/** A page of the documentation: its path from the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

const markdownIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));

/** The README and everything in `docs/`. */
export const pages = (): ReadonlyArray<Page> =>
  [join(root, 'README.md'), ...markdownIn(join(root, 'docs'))].map((path) => ({
    path: relative(root, path),
    text: readFileSync(path, 'utf8'),
  }));

/** Every page in Markdown of the repository: the documentation, and the READMEs beside code, scenarios and policies. */
export const everyPage = (): ReadonlyArray<Page> =>
  [
    join(root, 'README.md'),
    ...['docs', 'src', 'console/src', 'scenarios', 'policies', 'test', 'bench']
      .map((directory) => join(root, directory))
      .flatMap(markdownIn),
  ].map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));

/** The files and folders of the repository that a page names in code style, as paths from the root. */
export const pathsIn = ({ path, text }: Page): ReadonlyArray<string> => {
  const named = [...text.replace(blockPattern, '').matchAll(/`([\w./-]+)`/g)].map(([, name]) => name!);
  const fromRoot = named.filter((name) => /^(src|test|bench|console|docs|policies|scenarios)\//.test(name));
  const besidePage = path.startsWith('src/')
    ? named.filter((name) => /^[\w./-]+\.tsx?$/.test(name) && !fromRoot.includes(name))
    : [];
  return [...fromRoot, ...besidePage.map((name) => join(path, '..', name))];
};

/** The runnable commands, in order. A text block that follows directly is their expected output. */
export const shownIn = ({ text }: Page): ReadonlyArray<Shown> => {
  const blocks = [...text.matchAll(blockPattern)].map((match) => ({
    info: match[1]!.trim(),
    content: match[2]!,
    from: match.index,
    to: match.index + match[0].length,
  }));
  return blocks.flatMap(({ info, content, to }, index) => {
    if (!/^sh runnable( background)?$/.test(info)) return [];
    const next = blocks[index + 1];
    const follows = next?.info === 'text' && text.slice(to, next.from).trim() === '';
    return [
      {
        kind: info.endsWith('background') ? ('background' as const) : ('command' as const),
        commands: content,
        prints: follows ? next.content : undefined,
      },
    ];
  });
};

/** A pattern for expected output: `…` within a line matches any text, and `…` on its own line any lines. */
export const like = (shown: string): RegExp => {
  const lines = shown.trimEnd().split('\n');
  const pattern = lines
    .map((line) =>
      line === '…'
        ? '(?:.*\\n)*?'
        : `${line
            .trimEnd()
            .split('…')
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}\\s*\\n`,
    )
    .join('');
  return new RegExp(`^${pattern}$`);
};

/** The targets of a page's links within the repository: paths from the root, without fragments. */
export const linksIn = ({ path, text }: Page): ReadonlyArray<string> =>
  [...text.replace(blockPattern, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(https?:|mailto:|#)/.test(target))
    .map((target) => relative(root, join(root, path, '..', target.replace(/#.*$/, ''))));
