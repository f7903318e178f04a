/**
 * Runs all benchmarks in sequence, or only the named ones: `npm run bench -- ledger reach`. Options are passed on
 * to them: `npm run bench -- growth --people 100000,10000000`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = ['ledger', 'reach', 'policy', 'findings', 'replay', 'integrity', 'growth', 'import', 'kurrentdb'];
/** Benchmarks with prerequisites run only if named. */
const known = [...all, 'peers'];
const given = process.argv.slice(2);
const firstOption = given.findIndex((each) => each.startsWith('--'));
const wanted = firstOption < 0 ? given : given.slice(0, firstOption);
const options = firstOption < 0 ? [] : given.slice(firstOption);
for (const name of wanted.length === 0 ? all : wanted) {
  if (!known.includes(name)) {
    process.stderr.write(`${name}: unknown benchmark; expected ${known.join(', ')}\n`);
    process.exit(2);
  }
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
