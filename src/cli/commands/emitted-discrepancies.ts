/** Reports how many of the events just recorded do not fit the others, and how to list them. */
import * as E from 'fp-ts/lib/Either.js';
import { type Client, everyRow } from '../../client/client.ts';
import { shellWord } from '../terminal/name-text.ts';
import { counted } from '../terminal/wording.ts';

/** Sources to remember; with more, all discrepancies are counted. */
const sourcesMax = 20;
/** The maximum length of a source in JSON, in characters, so that none is missed between two chunks. */
const sourceCharactersMax = 4_096;

/**
 * Collects the sources of events in passing bytes. It also collects those of corrected events, which does no harm.
 */
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
        // Not JSON: the ledger reports it.
      }
    }
    this.rest = all.slice(-sourceCharactersMax);
  }
}

/**
 * The line about their discrepancies; undefined if all fit, or if the caller may not ask.
 *
 * @param from the end of the log before.
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
