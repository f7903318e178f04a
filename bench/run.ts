/**
 * Runs all benchmarks one after another, or only those that are named: `npm run bench -- ledger reach`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = ['ledger', 'reach', 'policy', 'findings', 'replay', 'integrity', 'kurrentdb'];
const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? all : wanted) {
  if (!all.includes(name)) {
    process.stderr.write(`${name}: unknown benchmark; expected ${all.join(', ')}\n`);
    process.exit(2);
  }
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
