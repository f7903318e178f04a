/**
 * The check of the vault against the log (V13): the vault knows everybody whom the log names by a pseudonym, or
 * they were forgotten. Its index, through which questions find people, leads to them.
 *
 * Nearly all events name people whom the vault knows. So only those are decoded whose bytes contain a pseudonym that it
 * does not know, or that contain a backslash, which may encode one.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { PseudonymSet } from '../../people/vault/pseudonym-set.ts';
import { entriesIn, openVaultToRead } from '../../people/vault/read-identifiers.ts';
import { looksLikePseudonym, pseudonymPrefix } from '../../people/vault/vault.ts';
import { damageIn } from '../../people/vault/vault-format.ts';
import type { LogPage, LogReader } from '../../store/log-reader.ts';
import { damaged } from '../../store/sqlite/store-problems.ts';
import { type Check, count, failed, ok } from '../examine/check.ts';

const eventsAtOnceMax = 1_000;
const entriesAtOnce = 5_000;

/** How a pseudonym begins in JSON. */
const beginning = Buffer.from(`"${pseudonymPrefix}`);
const backslash = Buffer.from('\\');

/** The indexes of the events of a page that have to be decoded, in order. */
const toDecode = (
  { bytes: ofPage, starts, positions }: LogPage,
  known: PseudonymSet,
): ReadonlyArray<number> => {
  const bytes = Buffer.from(ofPage.buffer, ofPage.byteOffset, ofPage.byteLength);
  const found = new Set<number>();
  const mark = (text: Buffer, isMarked: (end: number) => boolean): void => {
    let event = 0;
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at)) {
      while (event + 1 < positions.length && starts[event + 1]! <= at) event++;
      at += text.length;
      if (isMarked(at)) found.add(event);
    }
  };
  mark(beginning, (end) => known.find(bytes, end) === false);
  mark(backslash, () => true);
  return [...found].sort((a, b) => a - b);
};

const pseudonymsOf = function* (vaultFile: string): Generator<number, PseudonymSet> {
  const pseudonyms = new PseudonymSet();
  let read = 0;
  for (const [, , pseudonym] of entriesIn(vaultFile)) {
    pseudonyms.add(pseudonym);
    if (++read % entriesAtOnce === 0) yield 0;
  }
  return pseudonyms;
};

const refuseDamage = (vaultFile: string): void => {
  const database = openVaultToRead(vaultFile);
  try {
    const damage = damageIn(database);
    if (damage !== undefined) throw damaged(vaultFile, damage);
  } finally {
    database.close();
  }
};

/**
 * Checks every row of the vault, and looks up everybody whom the log names. Yields the position up to which it has read.
 *
 * A server may write both meanwhile: the vault has everybody before the log does, and is read after the end of the
 * log was.
 *
 * @throws a StoreProblem if the log or the vault cannot be read, or the vault is damaged.
 */
export function* checkVault(log: LogReader, vaultFile: string): Generator<number, Check> {
  const name = 'vault';
  const head = log.head();
  refuseDamage(vaultFile);
  yield 0;
  const known = yield* pseudonymsOf(vaultFile);
  const unknown = new Map<string, number>();
  const forgotten = new Set<string>();
  for (let position = 0; position < head; ) {
    const page = log.page(position, head, eventsAtOnceMax);
    if (page.positions.length === 0) break;
    for (const at of toDecode(page, known)) {
      const event = decodeStored(page.bytes.subarray(page.starts[at]!, page.starts[at + 1]!));
      if (E.isLeft(event)) continue;
      if (event.right.type === 'SubjectForgotten') forgotten.add(event.right.data.subject);
      for (const subject of subjectsOf(event.right)) {
        if (!looksLikePseudonym(subject) || unknown.has(subject)) continue;
        if (known.find(Buffer.from(subject), pseudonymPrefix.length) !== true)
          unknown.set(subject, page.positions[at]!);
      }
    }
    position = page.positions.at(-1)!;
    yield position;
  }
  const missing = [...unknown].filter(([subject]) => !forgotten.has(subject));
  return missing.length === 0
    ? ok(name, `everybody in the log is known or was erased (${count.format(known.found)} people)`)
    : failed(
        name,
        `${count.format(missing.length)} people in the log are unknown to the vault, the first at position ${missing[0]![1]}`,
        'The vault is older than the log, or belongs to another ledger: restore the newest vault',
      );
}
