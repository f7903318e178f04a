/**
 * The check of the vault against the log (V13): the vault knows everybody whom the log names by a pseudonym, or
 * they were forgotten.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { looksLikePseudonym, type Vault } from '../../people/vault/vault.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { type Check, count, failed, ok } from '../examine/check.ts';

const eventsAtOnceMax = 1_000;

/** Looks up everybody whom the log names. Yields the position up to which it has read. */
export const checkVault = async (
  log: LogReader,
  vault: Vault,
  onProgress: (position: number) => void,
): Promise<Check> => {
  const name = 'vault';
  const unknown = new Set<string>();
  const forgotten = new Set<string>();
  let known = 0;
  let firstUnknown = 0;
  for (let position = 0; ; ) {
    const page = log.after(position, eventsAtOnceMax);
    if (page.length === 0) break;
    const named = new Map<string, number>();
    for (const stored of page) {
      const event = decodeStored(stored.bytes);
      if (E.isLeft(event)) continue;
      if (event.right.type === 'SubjectForgotten') forgotten.add(event.right.data.subject);
      for (const subject of subjectsOf(event.right))
        if (looksLikePseudonym(subject) && !named.has(subject)) named.set(subject, stored.position);
    }
    const { people } = await vault.find({ names: [], pseudonyms: [...named.keys()] });
    for (const [subject, at] of named) {
      if (people.has(subject)) known++;
      else {
        if (unknown.size === 0) firstUnknown = at;
        unknown.add(subject);
      }
    }
    position = page.at(-1)!.position;
    onProgress(position);
  }
  const missing = [...unknown].filter((subject) => !forgotten.has(subject)).length;
  return missing === 0
    ? ok(name, `everybody in the log is known or was erased (${count.format(known)} mentions)`)
    : failed(
        name,
        `${count.format(missing)} people in the log are unknown to the vault, the first at position ${firstUnknown}`,
        'The vault is older than the log, or belongs to another ledger: restore the newest vault',
      );
};
