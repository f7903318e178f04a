/** The report about an evidence bundle, line by line. */
import type { BundleReport } from '../../evidence/verify-bundle.ts';
import { type Format, writeCsv } from './formats.ts';
import type { Terminal } from './terminal.ts';

const fields = ['name', 'state', 'found', 'place'];
const stateLength = 'unchecked'.length;

/** Shows the report about a file in a format. */
export const showBundleReport = (
  file: string,
  { checks, holds }: BundleReport,
  format: Format,
  terminal: Terminal,
): void => {
  if (format === 'json') terminal.out(JSON.stringify({ data: checks }, undefined, 2));
  else if (format === 'ndjson') for (const check of checks) terminal.out(JSON.stringify(check));
  else if (format === 'csv') writeCsv(fields, checks, terminal);
  else {
    const nameLength = Math.max(...checks.map(({ name }) => name.length));
    for (const { name, state, found, place } of checks) {
      const where = place === undefined ? '' : ` (at ${place === '' ? 'the whole file' : place})`;
      terminal.out(`${state.padEnd(stateLength)}  ${name.padEnd(nameLength)}  ${found}${where}`);
    }
    terminal.out('');
    terminal.out(
      holds
        ? `Verified: the answers in ${file} follow from what the ledger recorded.`
        : `Not verified: do not rely on ${file}.`,
    );
  }
};
