/**
 * R21: identifiers in other strings than those that name subjects.
 */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { carriersOf, withCarriedSwapped } from '../../../src/domain/events/carried-identifiers.ts';
import { decodeEvent, type Event } from '../../../src/domain/events/event.ts';
import { subjectListOf } from '../../../src/domain/events/subjects.ts';
import { corrected, enrolled, sent } from '../../support/given-events.ts';

const eventOf = (input: unknown): Event => {
  const event = decodeEvent(input);
  if (E.isLeft(event)) throw new Error(JSON.stringify(event.left));
  return event.right;
};

const carriers = (input: unknown): ReadonlyArray<string> => {
  const event = eventOf(input);
  const found = carriersOf(event, subjectListOf(event));
  // Many identifiers are sought in another way than a few.
  const others = Array.from({ length: 9 }, (_, other) => `nobody-${other}`);
  expect(carriersOf(event, [...subjectListOf(event), ...others])).toEqual(found);
  return found;
};

describe('an identifier that an event carries', () => {
  it('is found as a word in the id, and not as a part of one', () => {
    for (const id of ['ana', 'ana-enrolled', 'urn:crm:ana', 'ana_2', '2:ana', '(ana)'])
      expect([id, carriers(enrolled(id, 'ana'))]).toEqual([id, ['/id']]);
    for (const id of ['anatomy', 'juliana', 'Ana', 'an', 'a-n-a', '1ana', 'ana2'])
      expect([id, carriers(enrolled(id, 'ana'))]).toEqual([id, []]);
  });

  it('is found completely, including its punctuation', () => {
    const person = 'ana@example.org';
    expect(carriers(enrolled(`mailto:${person}`, person))).toEqual(['/id']);
    expect(carriers(enrolled(`juli${person}`, person))).toEqual([]);
    expect(carriers(enrolled('ana@example.com', person))).toEqual([]);
  });

  it('is found where only one string contains it', () => {
    const granted = (carrier: string, text: string) => {
      const [data, attributes]: Record<string, unknown>[] = [{}, {}];
      (carrier.startsWith('/data/') ? data : attributes)![carrier.split('/').at(-1)!] = text;
      const over = { dataset: 'profile', scope: { subject: 'zorica' } };
      const all = { grant: 'g', party: 'support', over, actions: ['read'], ...data };
      return sent(String(attributes!.id ?? 'g1'), 'AccessGranted', all, attributes);
    };
    const places = [
      '/id',
      '/source',
      '/evidence',
      '/data/grant',
      '/data/party',
      '/data/purpose',
      '/tracestate',
    ];
    for (const place of places)
      for (const text of ['urn:zorica', 'urn:zoric%61', 'urn:+zorica'])
        expect([text, carriers(granted(place, text))]).toEqual([text, [place]]);
    expect(carriers(granted('/data/purpose', 'urn:zorka'))).toEqual([]);
  });

  it('is found in every string that an event may have', () => {
    const person = 'zorica@example.org';
    const granted = sent(
      'g1',
      'AccessGranted',
      {
        grant: `read-${person}`,
        party: 'support',
        over: { dataset: 'profile', scope: { subject: person } },
        actions: ['read'],
        purpose: `asked by ${person}`,
        basis: person,
      },
      { source: `https://crm.example/${person}`, evidence: 'https://crm.example/zorica%40example.org/1' },
    );
    expect(new Set(carriers(granted))).toEqual(
      new Set(['/source', '/evidence', '/data/grant', '/data/purpose', '/data/basis']),
    );
    const correction = corrected(`c-${person}`, `e-${person}`, {
      reason: `${person} asked`,
      data: { subject: person, population: `of-${person}` },
    });
    expect(new Set(carriers(correction))).toEqual(
      new Set(['/id', '/data/event/id', '/data/reason', '/data/data/population']),
    );
  });

  it('of fewer than three characters is not looked for', () => {
    expect(carriers(enrolled('u1', 'u1'))).toEqual([]);
    expect(carriers(enrolled('u12', 'u12'))).toEqual(['/id']);
  });

  it('is not reported in fixed words and times', () => {
    const access = sent('a', 'AccessObserved', {
      party: 'p',
      dataset: 'd',
      scope: { subject: 'read' },
      action: 'read',
    });
    expect(carriers(access)).toEqual([]);
    expect(carriers(enrolled('e', 'observed', 'us', { assurance: 'observed' }))).toEqual([]);
  });

  it('is found among ten thousand, in time that grows with the bytes however they overlap', () => {
    const overlapping = Array.from({ length: 10_000 }, (_, index) => `${'a-'.repeat(index % 60)}a${index}`);
    const event = eventOf(
      sent('a-'.repeat(250), 'SubjectsEnrolled', { subjects: overlapping, population: 'a-'.repeat(60) }),
    );
    const subjects = subjectListOf(event);
    const start = performance.now();
    expect(carriersOf(event, subjects)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_000);
    const named = eventOf(
      sent('by-x-4711', 'SubjectsEnrolled', {
        subjects: Array.from({ length: 10_000 }, (_, index) => `x-${index}`),
        population: 'us',
      }),
    );
    expect(carriersOf(named, subjectListOf(named))).toEqual(['/id']);
  });

  it('is swapped if it is a word: the leftmost first, and of those the longest', () => {
    const event = eventOf(
      sent('ana/ana@example.org/anatomy', 'SubjectsEnrolled', {
        subjects: ['ana', 'ana@example.org'],
        population: 'ana',
      }),
    );
    const swapped = withCarriedSwapped(event, subjectListOf(event), (name) =>
      name === 'ana' ? '<1>' : '<2>',
    );
    expect(swapped).toEqual({
      ...event,
      id: '<1>/<2>/anatomy',
      data: { subjects: ['ana', 'ana@example.org'], population: '<1>' },
    });
  });
});
