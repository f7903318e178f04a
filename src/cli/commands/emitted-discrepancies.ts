/**
 * How many of the events that were just recorded do not fit the others, and how to see them.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Client, everyRow } from '../../client/client.ts';
import { shellWord } from '../terminal/name-text.ts';
import { counted } from '../terminal/wording.ts';

/** Sources that are noted of what is sent. Of more, all discrepancies are counted. */
const sourcesMax = 20;
/** Characters that a source may take in JSON, so that none is missed between two parts. */
const sourceCharactersMax = 4_096;

/** Notes the sources of events that pass by: those of events that they correct too, which does no harm. */
export class SentSources {
  readonly sources = new Set<string>();
  private rest = '';

  async *noting(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const decoder = new TextDecoder();
    for await (const part of parts) {
      if (this.sources.size <= sourcesMax) this.note(decoder.decode(part, { stream: true }));
      yield part;
    }
  }

  private note(text: string): void {
    const all = this.rest + text;
    for (const [, source] of all.matchAll(/"source"\s*:\s*("(?:[^"\\]|\\.)*")/g)) {
      try {
        this.sources.add(JSON.parse(source!) as string);
      } catch {
        // Not JSON: the ledger says so.
      }
    }
    this.rest = all.slice(-sourceCharactersMax);
  }
}

/**
 * The line about them; none if all fit, or where the ledger cannot be asked by this caller.
 *
 * @param from where the log ended before.
 */
export const discrepancyLine = async (
  ledger: Client,
  sources: ReadonlySet<string>,
  from: string,
  upTo: string,
  url: string | undefined,
): Promise<string | undefined> => {
  const isKnown = sources.size > 0 && sources.size <= sourcesMax;
  const events = new Set<string>();
  for (const source of isKnown ? sources : [undefined]) {
    const rows = await everyRow((page) => ledger.discrepancies({ ...page, source }), {
      after: from,
      atLeast: upTo,
    });
    if (E.isLeft(rows)) return undefined;
    for (const { event } of rows.right.data) if (Number(event) <= Number(upTo)) events.add(event);
  }
  if (events.size === 0) return undefined;
  const bySource = sources.size === 1 ? ` --source ${shellWord([...sources][0]!)}` : '';
  const at = url === undefined ? '' : ` --url ${shellWord(url)}`;
  return `${counted(events.size, 'of these does', 'of these do')} not fit the others: domicile discrepancies${bySource}${at}`;
};
