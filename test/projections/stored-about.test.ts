/**
 * What an event that enrols many people says about one of them is the same, whether the others are decoded or not.
 */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../src/domain/events/event.ts';
import { decodeStored, encodeStored } from '../../src/domain/events/stored.ts';
import { storedAbout, storedAboutFirst } from '../../src/projections/engine/stored-about.ts';
import { residencyAt } from '../../src/questions/residency.ts';
import { residencyOf } from '../../src/questions/residency-facts.ts';
import { sent, source } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';

const crowd = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `person-${n}`);

const decoded = (bytes: Uint8Array) => {
  const event = decodeStored(bytes);
  if (E.isLeft(event)) throw new Error(JSON.stringify(event.left));
  return event.right;
};

describe('the bytes of an event about one of its people', () => {
  it('are those of the same event that names only this one, whatever else it contains', () => {
    const awkward = fc.constantFrom(
      '","data":{"subjects":["x"],"population":"y"',
      '"type":"SubjectsEnrolled","time":"',
      '],"population":"',
      'plain',
    );
    fc.assert(
      fc.property(fc.nat(999), awkward, awkward, fc.boolean(), (nth, inId, inSource, isAttested) => {
        const given = {
          specversion: '1.0',
          id: `id ${inId}`,
          source: `urn:source:${encodeURIComponent(inSource)}`,
          type: 'SubjectsEnrolled',
          time: '2020-01-01T00:00:00Z',
          ...(isAttested ? { evidence: `https://evidence.example/${encodeURIComponent(inId)}` } : {}),
          data: {
            subjects: [...crowd(1_000), 'x,"person-9999', 'y"],"population":"z'],
            population: 'us-users',
          },
        };
        const event = decodeEvent(given);
        if (E.isLeft(event)) throw new Error(JSON.stringify(event.left));
        const bytes = encodeStored(event.right);
        const one = `person-${nth}`;
        const about = storedAbout(bytes, one)!;
        expect(about.length).toBeLessThan(1_000);
        expect(decoded(about)).toEqual({
          ...decoded(bytes),
          data: { subjects: [one], population: 'us-users' },
        });
        expect(decoded(storedAboutFirst(bytes)!)).toEqual({
          ...decoded(bytes),
          data: { subjects: ['person-0'], population: 'us-users' },
        });
        // The beginning of a name, or text between two names, is not a person.
        for (const nobody of [`person-${nth}x`, 'person-9999', 'person-', ',', '","', 'us-users'])
          expect(storedAbout(bytes, nobody)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('are not searched in an event of another type, nor in a small one', () => {
    const [placed, few] = storedEvents([
      sent('placed', 'DataPlaced', { dataset: 'acme/profile', scope: { subject: 'person-1' }, site: 'x' }),
      sent('few', 'SubjectsEnrolled', { subjects: crowd(3), population: 'us-users' }),
    ]);
    expect(storedAbout(placed!.bytes, 'person-1')).toBeUndefined();
    expect(storedAbout(few!.bytes, 'person-1')).toBeUndefined();
    expect(storedAboutFirst(placed!.bytes)).toBeUndefined();
    expect(storedAboutFirst(few!.bytes)).toBeUndefined();
  });
});

describe('a person enrolled with a thousand others', () => {
  const log = storedEvents([
    sent('site', 'SiteRegistered', { site: 'virginia', name: 'Virginia', country: 'US', operator: 'acme' }),
    sent('placed', 'DataPlaced', {
      dataset: 'acme/profile',
      scope: { population: 'us-users' },
      site: 'virginia',
    }),
    sent('many', 'SubjectsEnrolled', { subjects: crowd(1_000), population: 'us-users' }),
    sent('others', 'SubjectsEnrolled', { subjects: crowd(1_000), population: 'eu-users' }),
    sent('corrected', 'EventCorrected', {
      event: { source: source, id: 'others' },
      reason: 'fewer came',
      data: { subjects: crowd(3), population: 'eu-users' },
    }),
  ]);
  const view = () => projected(log, [log]).view(log.length);

  it('has data where the population has it, by the events that say so', () => {
    const at = Date.UTC(2030, 0, 1);
    const asked = view();
    expect(residencyAt(asked, 'person-7', at)).toMatchObject([{ site: 'virginia', events: ['2', '3'] }]);
    expect(residencyOf(asked, 'person-7').memberships.get('person-7')).toMatchObject([
      { value: { population: 'us-users', event: 3 } },
    ]);
    expect(residencyOf(asked, 'person-2').memberships.get('person-2')!.at(-1)).toMatchObject({
      value: { population: 'eu-users', event: 4 },
    });
    // Two people in one question do not affect each other.
    expect(residencyAt(asked, 'person-8', at)).toEqual(residencyAt(view(), 'person-8', at));
  });
});
