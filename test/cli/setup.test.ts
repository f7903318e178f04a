/** Setting an installation up: a configuration with a first key, a systemd unit, completion, the man page. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { programFor } from '../../src/cli/program.ts';
import { allOf, commandTree } from '../../src/cli/setup/command-tree.ts';
import { completionScript } from '../../src/cli/setup/completion-scripts.ts';
import { manPage } from '../../src/cli/setup/man-page.ts';
import { systemdUnit } from '../../src/cli/setup/systemd-unit.ts';
import { processTerminal } from '../../src/cli/terminal/terminal.ts';
import { readSettings } from '../../src/ledger/configuration/read-settings.ts';
import { settingList, settingNames } from '../../src/ledger/configuration/setting-list.ts';
import { domicile } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-setup-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tree = commandTree(await programFor(processTerminal()));
const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0;

describe('given the first word of a command line', () => {
  const terminal = processTerminal();
  const namesOf = async (first: string) =>
    (await programFor(terminal, first)).commands.map((each) => each.name());

  it('then it loads only the code of the named command, with all options of that command', async () => {
    const showAll = ['completion', 'man'];
    for (const { words, ...shown } of tree.within) {
      const [name] = words as [string];
      if (showAll.includes(name)) continue;
      const alone = commandTree(await programFor(terminal, name)).within;
      expect(alone.length).toBeLessThanOrEqual(4);
      expect(alone.find((each) => each.words[0] === name)).toEqual({ words, ...shown });
    }
  });

  it('then it loads every command if it names none or one that lists them all, and none for the version', async () => {
    const all = tree.within.map(({ words }) => words[0]);
    for (const first of ['--help', 'help', 'wher', 'completion', 'man'])
      expect(await namesOf(first)).toEqual(all);
    expect(await namesOf('--version')).toEqual([]);
  });
});

describe('given an empty directory', () => {
  it('when it is set up, then it has every setting as a comment and a key, and nothing is overwritten the second time', async () => {
    const config = join(folder, 'conf', 'domicile.yaml');
    const data = join(folder, 'data');
    const made = await domicile(['init', '--config', config, '--data', data]);
    expect([made.code, made.out.trim()]).toEqual([0, expect.stringMatching(/^dom_[\w-]{43}$/)]);
    const text = readFileSync(config, 'utf8');
    expect(statSync(config).mode & 0o777).toBe(0o600);
    for (const name of settingNames) expect(text).toMatch(new RegExp(`^(# )?${settingList[name].key}:`, 'm'));
    const read = readSettings({ configOption: config, environment: {}, directory: folder });
    expect(E.isRight(read) && read.right.settings.dataDirectory).toBe(data);
    expect((await domicile(['keys', 'list', '--config', config, '--format', 'csv'])).out).toContain(
      'admin,emit correct audit admin identify,',
    );
    const again = await domicile(['init', '--config', config, '--data', data]);
    expect([again.code, again.out, readFileSync(config, 'utf8')]).toEqual([2, '', text]);
  });
});

describe('given the unit of systemd', () => {
  const unit = systemdUnit({
    program: ['/opt/domicile/bin/domicile'],
    config: '/etc/domicile/domicile.yaml',
    data: '/var/lib/domicile',
    user: 'daemon',
  });

  it('then it runs the server as a separate user, which may only write the ledger', () => {
    expect(unit).toContain(
      'ExecStart=/opt/domicile/bin/domicile serve --config /etc/domicile/domicile.yaml --data /var/lib/domicile\n',
    );
    for (const line of [
      'ProtectSystem=strict',
      'ReadWritePaths=/var/lib/domicile',
      'CapabilityBoundingSet=',
      'UMask=0077',
    ])
      expect(unit.split('\n')).toContain(line);
  });

  it('when a path has spaces or percent signs, then they are escaped', () => {
    const odd = systemdUnit({ program: ['/opt/my domicile'], config: '/etc/100%', data: '/d', user: 'x' });
    expect(odd).toContain('ExecStart="/opt/my domicile" serve --config "/etc/100%%" --data /d\n');
  });

  const aboutSystemd = () => {
    const file = join(folder, 'domicile.service');
    // The program must exist.
    writeFileSync(file, unit.replace('/opt/domicile/bin/domicile', '/bin/true'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  };
  if (hasProgram('systemd-analyze')) it('then systemd finds nothing wrong with it', aboutSystemd);
});

describe('given bash', () => {
  const complete = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
    const script = `${completionScript('bash', tree)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _domicile; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('then it completes commands, subcommands, options, and the values of options', () => {
    expect(complete('domicile', 're')).toEqual(expect.arrayContaining(['replay', 'restore']));
    expect(complete('domicile', 'keys', 'cr')).toEqual(['create']);
    expect(complete('domicile', 'keys', 'create', 'name', '--so')).toEqual(['--source']);
    expect(complete('domicile', 'where', 'ana', '--format', 'n')).toEqual(['ndjson']);
  });

  it('then every command and every option is there, in each shell', () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const script = completionScript(shell, tree);
      for (const { words, options } of allOf(tree)) {
        expect(script).toContain(words.at(-1) ?? 'domicile');
        for (const { long } of options)
          expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
      }
    }
  });
});

describe('given the man page', () => {
  const page = manPage(tree, '1.2.3');

  it('then it has every command and option', () => {
    for (const { words, options } of allOf(tree).slice(1)) {
      expect(page).toContain(`.SS domicile ${words.join(' ')}`.replaceAll('-', '\\-'));
      for (const { flags } of options) expect(page).toContain(`.B ${flags.replaceAll('-', '\\-')}`);
    }
  });

  const aboutGroff = () => {
    const file = join(folder, 'domicile.1');
    writeFileSync(file, page);
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z', file], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(existsSync(file)).toBe(true);
  };
  if (hasProgram('groff')) it('then groff finds nothing wrong with it', aboutGroff);
});
