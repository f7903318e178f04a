/**
 * Whether two files of projections contain the same, regardless of how their runs were merged. Then they give the same
 * answers to every question.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { ListKey } from './posting-list.ts';
import { type CodesInRow, RunContent } from './run-content.ts';

/** The tables besides the runs, with the order of their rows. */
const tables = {
  correction: 'target, position',
  name: 'id',
  source: 'id',
  event_kind: 'code',
  naming_source: 'name, source',
  shaken: 'kind, name',
  set_aside: 'position',
} as const;

type Pair = readonly [one: RunContent, other: RunContent];

const hasSameRows = ([one, other]: readonly [DatabaseSync, DatabaseSync], query: string): boolean => {
  const others = other.prepare(query).iterate();
  for (const row of one.prepare(query).iterate())
    if (!isDeepStrictEqual(row, others.next().value)) return false;
  return others.next().done === true;
};

/** Whether both have the same numbers, repeated or not. */
const sameNumbers = (one: Float64Array, other: Float64Array): boolean => {
  let [at, to] = [0, 0];
  while (at < one.length && to < other.length) {
    const number = one[at]!;
    if (other[to] !== number) return false;
    while (one[at] === number) at++;
    while (other[to] === number) to++;
  }
  return at === one.length && to === other.length;
};

/** Yields how many entries were compared, after each group of them. */
function* haveSameEntries([one, other]: Pair): Generator<number, boolean> {
  const groups = one.groups();
  const others = other.entries(groups);
  let compared = 0;
  for (const entries of one.entries(groups)) {
    const next = others.next();
    if (next.done === true || !sameNumbers(entries, next.value)) return false;
    compared += entries.length;
    yield compared;
  }
  return true;
}

/** The parts of codes one by one: as pairs of a position and a code. */
function* oneByOne(parts: Iterable<CodesInRow>): Generator<number> {
  for (const { codes, positionOf } of parts)
    for (let index = 0; index < codes.length; index++) {
      yield positionOf(index);
      yield codes[index]!;
    }
}

const haveSameCodes = ([one, other]: Pair): boolean => {
  const others = oneByOne(other.codes());
  for (const number of oneByOne(one.codes())) if (others.next().value !== number) return false;
  return others.next().done === true;
};

/** A hash of a posting. */
const mixed = (seed: number, time: number, position: number, subject: number): number => {
  let hash = seed;
  for (const number of [time, position, subject])
    for (const word of [number | 0, Math.floor(number / 2 ** 32) | 0]) {
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
  return hash;
};

/** How many postings a list has, and the sums of two hashes of each, which do not depend on their order. */
interface Sum {
  postings: number;
  one: number;
  other: number;
}

/** The sum of each list. The seeds are random, so different lists have the same sum by chance alone: one in 2^64. */
function* sumsOf(content: RunContent, seeds: Uint32Array): Generator<void, ReadonlyMap<ListKey, Sum>> {
  const sums = new Map<ListKey, Sum>();
  for (const [key, list] of content.lists()) {
    const sum = sums.get(key) ?? { postings: 0, one: 0, other: 0 };
    sums.set(key, sum);
    for (let group = 0; group < list.groups; group++)
      for (let each = list.startOf(group); each < list.startOf(group + 1); each++) {
        const [time, position, subject] = [list.times[group]!, list.positions[group]!, list.subjects[each]!];
        sum.one = (sum.one + mixed(seeds[0]!, time, position, subject)) | 0;
        sum.other = (sum.other + mixed(seeds[1]!, time, position, subject)) | 0;
        sum.postings++;
      }
    yield;
  }
  return sums;
}

function* haveSameLists([one, other]: Pair): Generator<void, boolean> {
  const seeds = new Uint32Array(new Uint8Array(randomBytes(8)).buffer);
  const [sums, others] = [yield* sumsOf(one, seeds), yield* sumsOf(other, seeds)];
  return isDeepStrictEqual(sums, others);
}

/**
 * Compares two files of projections, in the snapshots of their connections.
 *
 * @returns the number of entries, or undefined if the contents differ.
 * @throws ProjectionsDamaged if a file does not match its checksums.
 */
export function* sameContent(one: DatabaseSync, other: DatabaseSync): Generator<void, number | undefined> {
  for (const [table, order] of Object.entries(tables))
    if (!hasSameRows([one, other], `SELECT * FROM ${table} ORDER BY ${order}`)) return undefined;
  if (!hasSameRows([one, other], "SELECT * FROM meta WHERE name <> 'rows of late_touch' ORDER BY name"))
    return undefined;
  const pair: Pair = [new RunContent(one), new RunContent(other)];
  let compared = 0;
  const entries = haveSameEntries(pair);
  for (let step = entries.next(); ; step = entries.next()) {
    if (step.done === true) {
      if (!step.value) return undefined;
      break;
    }
    compared = step.value;
    yield;
  }
  if (!haveSameCodes(pair) || !(yield* haveSameLists(pair))) return undefined;
  return compared;
}
