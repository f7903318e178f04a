/** Events on the wire: what is accepted, what is refused, and how faults are reported. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../../src/domain/events/catalogue.ts';
import { decodeEvent, encodeEvent } from '../../../src/domain/events/event.ts';
import { withSubjects } from '../../../src/domain/events/subjects.ts';
import { worlds } from '../../support/worlds.ts';

const moved = {
  specversion: '1.0',
  id: '1',
  source: 'https://mover.example',
  type: 'DataMoved',
  time: '2022-06-17T02:00:00.123456+02:00',
  data: { dataset: 'tiktok/profile', scope: { population: 'us-users' }, from: 'virginia', to: 'ashburn' },
};

const faultsOf = (input: unknown): ReadonlyArray<{ pointer: string; message: string }> => {
  const decoded = decodeEvent(input);
  return E.isLeft(decoded) ? decoded.left : [];
};

describe('an event', () => {
  it('is accepted unchanged, except that its time is converted to UTC and finer digits are cut off', () => {
    const decoded = decodeEvent(moved);

    expect(E.isRight(decoded) && encodeEvent(decoded.right)).toEqual({
      ...moved,
      time: '2022-06-17T00:00:00.123Z',
      assurance: 'observed',
    });
  });

  it('that is well-formed survives being written and read again, whatever its type', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(worlds(), (events) => {
        for (const event of events) {
          const once = decodeEvent(event);
          expect(E.isRight(once)).toBe(true);
          if (E.isLeft(once)) return;
          seen.add(once.right.type);
          expect(decodeEvent(JSON.parse(JSON.stringify(encodeEvent(once.right))))).toEqual(once);
        }
      }),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual([...eventTypes].sort());
  });

  it('is refused with every fault at once, each with its place, the value found and what is expected', () => {
    const faults = faultsOf({
      ...moved,
      time: '2022-06-17T00:00:00',
      assurance: 'sure',
      data: { dataset: 'a  b', scope: { population: 'us', subject: 'ana' }, form: 'x', to: 7 },
    });

    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/time',
      '/assurance',
      '/data/dataset',
      '/data/scope/subject',
      '/data/from',
      '/data/to',
      '/data/form',
    ]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining('with an offset'),
      expect.stringContaining('expected one of "claimed", "observed", "verified"'),
      expect.stringContaining(
        'a second space (U+0020) in a row, at character 3; expected an identifier of 1 to 512 characters',
      ),
      expect.stringContaining('is not a field of'),
      expect.stringContaining('is missing'),
      expect.stringContaining('found a number'),
      expect.stringContaining('did you mean "from"?'),
    ]);
  });

  it('of an unknown type is refused with the most similar known one', () => {
    expect(faultsOf({ ...moved, type: 'DataMovd' })).toEqual([
      { pointer: '/type', message: expect.stringContaining('did you mean "DataMoved"?') },
    ]);
  });

  it('is never quoted in its faults', () => {
    const secret = 'ana.smith@example.com has a \u200Bcharacter without a shape';
    const faults = faultsOf({ ...moved, id: '', data: { ...moved.data, scope: { subject: secret } } });

    expect(faults).toHaveLength(2);
    expect(JSON.stringify(faults)).not.toContain('ana');
  });

  it.each([
    ['a move to the same site', { data: { ...moved.data, to: 'virginia' } }, '/data/to'],
    ['a day that does not exist', { time: '2023-02-29T00:00:00Z' }, '/time'],
    ['a year of five digits', { time: '+10000-01-01T00:00:00Z' }, '/time'],
    ['another CloudEvents version', { specversion: '0.3' }, '/specversion'],
    ['data that is no object', { data: [] }, '/data'],
    ['an attribute whose name is none', { Evidence: 'urn:a' }, '/Evidence'],
    ['an attribute that the ledger adds', { position: '1' }, '/position'],
    ['an attribute that is an object', { trace: {} }, '/trace'],
    ['an attribute with a control character', { trace: 'a\u0000' }, '/trace'],
    ['data in Latin-1', { datacontenttype: 'application/json; charset=iso-8859-1' }, '/datacontenttype'],
  ])('refuses %s', (_, change, pointer) => {
    expect(faultsOf({ ...moved, ...change }).map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it.each([
    ['SiteTransferred', { site: 's' }, '/data'],
    ['SiteRegistered', { site: 's', name: 'S', country: 'UK', operator: 'o' }, '/data/country'],
    [
      'SiteRegistered',
      { site: 's', name: 'S', country: 'US', subdivision: 'DE-BE', operator: 'o' },
      '/data/subdivision',
    ],
    [
      'SiteRegistered',
      { site: 's', name: 'S', country: 'US', operator: 'o', latitude: 91 },
      '/data/latitude',
    ],
    ['SubjectsEnrolled', { subjects: [], population: 'p' }, '/data/subjects'],
    ['SubjectsEnrolled', { subjects: ['a', 'b\u00A0c'], population: 'p' }, '/data/subjects/1'],
    [
      'AccessGranted',
      { grant: 'g', party: 'p', over: { site: 's', dataset: 'd' }, actions: ['read'] },
      '/data/over/dataset',
    ],
    ['AccessGranted', { grant: 'g', party: 'p', over: {}, actions: ['read'] }, '/data/over'],
    ['AccessGranted', { grant: 'g', party: 'p', over: { site: 's' }, actions: ['look'] }, '/data/actions/0'],
    ['EventCorrected', { event: { source: 's', id: '1' }, reason: 'r' }, '/data'],
    ['PopulationRegistered', { population: 'p', name: 'P', jurisdiction: 'Europe' }, '/data/jurisdiction'],
  ])('refuses %s with %j', (type, data, pointer) => {
    expect(faultsOf({ ...moved, type, data }).map((fault) => fault.pointer)).toEqual([pointer]);
  });
});

describe('the data of a correction', () => {
  const correction = (data: unknown) => {
    const decoded = decodeEvent({
      ...moved,
      type: 'EventCorrected',
      data: { event: { source: 's', id: '1' }, reason: 'r', data },
    });
    return E.isRight(decoded) ? encodeEvent(withSubjects(decoded.right, () => 'psn_x')).data : undefined;
  };

  it('has its subjects swapped if it fits some type', () => {
    expect(correction({ subject: 'ana', population: 'us' })).toMatchObject({
      data: { subject: 'psn_x', population: 'us' },
    });
  });

  it('is not kept if it fits none, since it may name a person in any place', () => {
    expect(correction({ subjct: 'ana@example.org', population: 'us' })).toMatchObject({
      data: { withheld: true },
    });
  });
});
