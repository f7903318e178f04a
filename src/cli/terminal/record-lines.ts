/** Lines about imported records: the refused ones, and those that become no event. */
import type { RecordPlace, RefusedRecord, Tally } from '../../import/tally.ts';
import type { Terminal } from './terminal.ts';
import { counted, wholeNumber } from './wording.ts';

/** Records to name one by one. */
const namedMax = 20;

const placeText = ({ index, line }: RecordPlace): string =>
  line === undefined ? `record ${index + 1}` : `line ${line}`;

/** A fault of a record, with its place. */
export const refusedLine = (refused: RefusedRecord): string =>
  `${placeText(refused)}${refused.pointer === '' ? '' : `, ${refused.pointer}`}: ${refused.message}`;

/** The first lines, and the number of further ones. */
export const firstLines = (
  lines: ReadonlyArray<string>,
  all: number = lines.length,
): ReadonlyArray<string> => {
  const shown = lines.slice(0, namedMax);
  return all > shown.length ? [...shown, `and ${wholeNumber(all - shown.length)} more`] : shown;
};

/** Reports what became no event, each reason once, and the refused records. */
export const tellRecords = (tally: Tally, aside: string | undefined, terminal: Terminal): void => {
  if (tally.unmappedRecords > 0) {
    const counts = new Map<string, number>();
    for (const { message } of tally.unmapped) counts.set(message, (counts.get(message) ?? 0) + 1);
    const kept = aside === undefined ? '; --aside FILE keeps them' : `, kept in ${aside}`;
    terminal.note(
      `${counted(tally.unmappedRecords, 'record', 'records')} did not become events completely${kept}:`,
    );
    const lines = [...counts].map(([message, count]) => `${wholeNumber(count)} × ${message}`);
    for (const line of firstLines(lines)) terminal.note(`  ${line}`);
  }
  if (tally.refusedRecords > 0) {
    terminal.note(`${counted(tally.refusedRecords, 'record is', 'records are')} refused:`);
    for (const line of firstLines(tally.refused.map(refusedLine), tally.refusedRecords))
      terminal.note(`  ${line}`);
  }
};
