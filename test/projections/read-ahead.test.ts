/** Events that are read ahead: within the memory for them, and only as far as a question knows. */
import { describe, expect, it } from 'vitest';
import { EventCache } from '../../src/projections/engine/event-cache.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { View } from '../../src/questions/view.ts';
import type { LogReader } from '../../src/store/log-reader.ts';
import { enrolled, many, placed, sent } from '../support/given-events.ts';
import { logOf, projectedInStages, storedEvents } from '../support/ledger.ts';

const crowd = sent('crowd', 'SubjectsEnrolled', {
  subjects: Array.from({ length: 10_000 }, (_, n) => `person-${n}`),
  population: 'us',
});

/** A log that notes the positions of the events that it passes on. */
const noted = (log: LogReader) => {
  const read: number[] = [];
  const note = <A extends { readonly position: number } | undefined>(event: A): A => {
    if (event !== undefined) read.push(event.position);
    return event;
  };
  const noting: LogReader = {
    ...log,
    at: (position) => note(log.at(position)),
    lend: (position, use) => log.lend(position, (event) => use(note(event))),
    some: (positions, bytesMax) => log.some(positions, bytesMax).map(note),
  };
  return { log: noting, take: () => read.splice(0) };
};

describe('reading events ahead', () => {
  const positions = Array.from({ length: 600 }, (_, n) => n + 1);
  const mixed = many(600).map((event, n) => (n % 3 === 0 ? { ...crowd, id: `crowd-${n}` } : event));
  const isSmall = (position: number): boolean => (position - 1) % 3 !== 0;
  const whole = logOf(storedEvents(mixed));
  const given = (bytesMax: number) => {
    const { log, take } = noted(whole);
    return { cache: new EventCache(log, bytesMax), take };
  };

  it('given large events among others, only the others are read, each once', () => {
    const { cache, take } = given(100_000_000);
    cache.readAhead(positions, () => {});
    expect(take()).toEqual(positions.filter(isSmall));
    for (const position of positions.filter(isSmall)) expect(cache.at(position)?.position).toBe(position);
    expect(take()).toEqual([]);
    expect(cache.about(1, 'person-7')?.position).toBe(1);
    expect(take()).toEqual([1]);
  });

  it('given a large event about some of its people, each is read once, and each gets what is about them', () => {
    const { cache, take } = given(100_000_000);
    for (const subject of ['person-7', 'person-8', 'person-7', 'person-8']) {
      const event = cache.about(1, subject)?.event;
      expect(event?.type === 'SubjectsEnrolled' && event.data.subjects).toEqual([subject]);
    }
    expect(take()).toEqual([1, 1]);
    expect(cache.at(1)?.event).toMatchObject({ data: crowd.data });
  });

  it('given little memory, it ends once a third is taken, and leaves what was cached', () => {
    const { cache, take } = given(300_000);
    const small = positions.filter(isSmall);
    const last = small.slice(-5);
    for (const position of last) cache.at(position);
    take();
    cache.readAhead(small, () => {});
    expect(take().length).toBeLessThan(small.length / 2);
    const kept = small.filter((position) => {
      cache.at(position);
      return take().length === 0;
    });
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.length).toBeLessThan(100_000 / 500);
    cache.readAhead(last, () => {});
    expect(take().every((position) => !last.includes(position))).toBe(true);
  });

  it('given a question that ends in between, it reads no more', () => {
    const { cache, take } = given(100_000_000);
    let looks = 2;
    const goOn = (): void => {
      if (looks-- === 0) throw new Error('ended');
    };
    expect(() => cache.readAhead(positions, goOn)).toThrow('ended');
    const read = take();
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(positions.filter(isSmall).length / 2);
  });
});

it('given damage in an event that a question does not know, it answers', () => {
  const access = { party: 'acme', dataset: 'profile', scope: { subject: 'ana' }, action: 'read' };
  const events = storedEvents([
    enrolled('1', 'ana'),
    enrolled('2', 'ana'),
    placed('3', 'us', 'virginia'),
    sent('4', 'AccessObserved', access),
    sent('5', 'AccessObserved', access),
  ]);
  const whole = logOf(events);
  const damagedIn = (position: number): void => {
    if (position === 5) throw new Error('damaged');
  };
  const log: LogReader = {
    ...whole,
    at: (position) => {
      damagedIn(position);
      return whole.at(position);
    },
    some: (positions, bytesMax) => {
      positions.forEach(damagedIn);
      return whole.some(positions, bytesMax);
    },
  };
  const { database, applyUpTo } = projectedInStages(events);
  const index = new IndexReader(database, log);
  const findingsAt = (position: number, applied: number): number => {
    applyUpTo(applied);
    index.refresh();
    return allFindings(new View(index, { position, minAssurance: 'claimed' })).length;
  };
  expect(findingsAt(3, 4)).toBe(0);
  expect(findingsAt(4, 5)).toBe(1);
});
