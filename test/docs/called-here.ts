/**
 * A `bin/domicile` for the commands of a page, which calls the program in the process of the test. That takes a third of the
 * time of a process for each command.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { here } from '../cli/command-line.ts';
import { root } from './pages.ts';

/** The words or the settings that the shell wrote, each ended by NUL. */
const listIn = (file: string): ReadonlyArray<string> => readFileSync(file, 'utf8').split('\0').slice(0, -1);

/** Runs the command that the shell asked for in a folder, and leaves the result there. */
const answer = async (asked: string): Promise<void> => {
  const settings = listIn(join(asked, 'settings')).filter((setting) => setting.startsWith('LEDGER_'));
  const environment = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2)));
  process.chdir(readFileSync(join(asked, 'place'), 'utf8').trimEnd());
  try {
    const { code, out, notes } = await here(listIn(join(asked, 'words')), environment);
    for (const [name, text] of Object.entries({ out, notes, code: String(code) }))
      writeFileSync(join(asked, name), text);
  } finally {
    process.chdir(root);
  }
};

/** Answers the shells, one after the other: a command has the whole process. Close it in the end. */
export const startCalling = async (): Promise<Server> => {
  let before: Promise<unknown> = Promise.resolve();
  const server = createServer(({ url }, response) => {
    before = before
      .then(() => answer(url!))
      .catch((error: unknown) => console.error(error))
      .finally(() => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

/** Puts the program into the directory of a page. A server stays a process of its own, with the real program. */
export const putProgram = (directory: string, server: Server): void => {
  const { port } = server.address() as AddressInfo;
  const file = join(directory, 'bin', 'domicile');
  mkdirSync(join(directory, 'bin'));
  writeFileSync(
    file,
    `#!/bin/sh
[ "$1" != serve ] || exec ${root}/bin/domicile "$@"
asked=$(mktemp -d)
pwd > "$asked/place"
env -0 > "$asked/settings"
printf '%s\\0' "$@" > "$asked/words"
curl -s "http://127.0.0.1:${port}$asked"
cat "$asked/out"
cat "$asked/notes" >&2
code=$(cat "$asked/code")
rm -r "$asked"
exit "$code"
`,
  );
  chmodSync(file, 0o755);
};
