/**
 * Runs the command line: in a separate process, as a user or a script does, or in this one, which takes a tenth of
 * the time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { invalidUsage } from '../../src/cli/invocation/exit-codes.ts';
import { programFor } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';

/** The result of a finished command. */
export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

const root = join(import.meta.dirname, '..', '..');

/** The NDJSON files of the scenarios. */
export const tiktok = join(root, 'scenarios', 'tiktok-us', 'events.ndjson');

/** Starts a command: `bin/domicile` with these arguments and only these settings. */
export const start = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess => {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LEDGER_|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name)),
  );
  return spawn(join(root, 'bin', 'domicile'), args, { cwd: root, env: { ...inherited, ...environment } });
};

/** Waits until a command has ended. */
export const finished = (child: ChildProcess): Promise<Finished> => {
  let out = '';
  let notes = '';
  child.stdout?.on('data', (part: Buffer) => {
    out += part.toString();
  });
  child.stderr?.on('data', (part: Buffer) => {
    notes += part.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, notes }));
  });
};

/** Runs a command to its end, with this on its standard input. */
export const domicile = (
  args: ReadonlyArray<string>,
  input = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> => {
  const child = start(args, environment);
  child.stdin?.end(input);
  return finished(child);
};

const withOutput = (command: Command, terminal: Terminal): void => {
  command.configureOutput({
    writeOut: (text) => terminal.out(text.replace(/\n$/, '')),
    writeErr: (text) => terminal.note(text.replace(/\n$/, '')),
  });
  for (const inner of command.commands) withOutput(inner, terminal);
};

/**
 * Runs a command to its end in this process, with this process's settings, these besides, and an empty standard input.
 */
export const here = async (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> => {
  let out = '';
  let notes = '';
  const terminal: Terminal = {
    out: (line) => {
      out += `${line}\n`;
    },
    note: (line) => {
      notes += `${line}\n`;
    },
    overwrite: () => undefined,
    interactive: false,
    columns: undefined,
    style: (_, text) => text,
  };
  const before = process.exitCode;
  process.exitCode = undefined;
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    const program = await programFor(terminal, args[0]);
    withOutput(program, terminal);
    await program.parseAsync([...args], { from: 'user' });
    return { code: Number(process.exitCode ?? 0), out, notes };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { code: error.exitCode === 0 ? 0 : invalidUsage, out, notes };
  } finally {
    process.exitCode = before;
    if (Object.keys(environment).length > 0) vi.unstubAllEnvs();
  }
};

/** Resolves with the output of a command once it matches. */
export const printed = (child: ChildProcess, awaited: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      if (awaited.test(text)) resolve(text);
    });
    child.once('close', () => reject(new Error(`it ended before it printed ${awaited}: ${text}`)));
  });
