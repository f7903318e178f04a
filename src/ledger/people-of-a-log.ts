/** Whether a vault belongs to a log: it does if it knows the pseudonyms in the log. */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../domain/events/stored.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { looksLikePseudonym, type Vault, VaultUnavailable } from '../people/vault/vault.ts';
import type { LogReader } from '../store/log-reader.ts';

/** How many of the first events are searched for people. */
const lookedAtEventsMax = 10_000;
const pageEventsMax = 1_000;
/** How many people the vault is asked about. */
const askedMax = 100;

/** The pseudonyms of some people in the first events. */
export const peopleIn = (log: LogReader): ReadonlyArray<string> => {
  const people = new Set<string>();
  let position = 0;
  for (let lookedAt = 0; lookedAt < lookedAtEventsMax && people.size < askedMax; ) {
    const page = log.after(position, pageEventsMax);
    if (page.length === 0) break;
    for (const stored of page) {
      const event = decodeStored(stored.bytes);
      if (E.isRight(event)) for (const subject of subjectsOf(event.right)) people.add(subject);
    }
    lookedAt += page.length;
    position = page.at(-1)!.position;
  }
  return [...people].filter(looksLikePseudonym).slice(0, askedMax);
};

/** Whether the vault knows none of the people in the log; false if that cannot be determined. */
export const isOfAnotherLog = async (vault: Vault, log: LogReader): Promise<boolean> => {
  const asked = peopleIn(log);
  if (asked.length === 0) return false;
  try {
    return (await vault.find({ names: [], pseudonyms: asked })).people.size === 0;
  } catch (error) {
    if (error instanceof VaultUnavailable) return false;
    throw error;
  }
};
