/**
 * Who may correct what (R24): a correction without the authority of its target has no effect, whichever came first.
 */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/domain/events/event.ts';
import { authorityOf, everyAuthority } from '../../../src/domain/recording/attribution.ts';
import { ledgerSource } from '../../../src/domain/recording/authority.ts';
import { withCorrections } from '../../../src/domain/recording/corrections.ts';
import type { RecordedEvent } from '../../../src/domain/recording/recorded-event.ts';

const known = { position: 100, minAssurance: 'claimed' } as const;

const recordedAs = (position: number, authority: string | null, event: object): RecordedEvent => ({
  position,
  recordedAt: position,
  recordedBy: 'somebody',
  authority,
  event: { time: 0, assurance: 'observed', ...event } as Event,
});

const target = (type: string, source = 'a', position = 1): RecordedEvent =>
  recordedAs(position, 'emit', { id: 'target', source, type, data: {} });

const correcting = (type: string, of: RecordedEvent, authority: string | null, source = 'a', position = 2) =>
  recordedAs(position, authority, {
    id: 'correction',
    source,
    type,
    data: { event: { source: of.event.source, id: of.event.id }, reason: 'r', time: 7 },
  });

/** Whether a retraction by the source, with the authority, retracts the event. */
const retracts = (of: RecordedEvent, authority: string | null, source = 'a'): boolean =>
  withCorrections(of, [correcting('EventRetracted', of, authority, source)], known) === undefined;

describe('retracting', () => {
  const policyTypes = ['PolicyAdopted', 'PolicySuspended', 'PolicyReinstated', 'PolicyWithdrawn'];

  it.each(policyTypes)('a %s requires admin, whoever recorded it', (type) => {
    for (const source of ['a', 'b']) {
      expect(retracts(target(type), 'emit', source)).toBe(false);
      expect(retracts(target(type), 'correct emit', source)).toBe(false);
      expect(retracts(target(type), 'admin emit', source)).toBe(true);
    }
  });

  it('an event of the ledger itself requires admin, whichever source is named', () => {
    for (const own of [target('SubjectForgotten', ledgerSource), target('DataPlaced', ledgerSource)]) {
      for (const source of ['a', ledgerSource]) {
        expect(retracts(own, 'correct emit', source)).toBe(false);
        expect(retracts(own, 'admin emit', source)).toBe(true);
      }
    }
  });

  it('an event of another source requires correct, which admin does not imply', () => {
    expect(retracts(target('BackupTaken'), 'emit', 'b')).toBe(false);
    expect(retracts(target('BackupTaken'), 'admin emit', 'b')).toBe(false);
    expect(retracts(target('BackupTaken'), 'correct emit', 'b')).toBe(true);
  });

  it('an event of its own source requires emit', () => {
    expect(retracts(target('BackupTaken'), 'emit')).toBe(true);
    expect(retracts(target('BackupTaken'), '')).toBe(false);
  });

  it('counts as having every authority if recorded before authorities were stored', () => {
    expect(retracts(target('PolicyAdopted'), null, 'b')).toBe(true);
  });
});

describe('a correction without the authority', () => {
  it('changes nothing, and those with it still do', () => {
    const of = target('DataPlaced');
    const without = correcting('EventCorrected', of, 'emit', 'b', 2);
    const retraction = correcting('EventRetracted', of, 'emit', 'b', 3);
    const late = recordedAs(4, 'emit', { ...correcting('EventCorrected', of, 'emit').event, id: 'late' });
    const timeOnly = withCorrections(of, [without, retraction, late], known);
    expect(timeOnly).toMatchObject({ time: 7, corrections: [4] });
    expect(withCorrections(of, [without, retraction], known)).toMatchObject({ time: 0, corrections: [] });
  });

  it('also does nothing if it came before its target', () => {
    const of = target('PolicyAdopted', 'a', 2);
    const before = correcting('EventRetracted', of, 'emit', 'a', 1);
    expect(withCorrections(of, [before], known)).toBeDefined();
    expect(withCorrections(of, [{ ...before, authority: everyAuthority }], known)).toBeUndefined();
  });
});

describe('an authority', () => {
  it('is written like OAuth scopes, without those that recording does not need', () => {
    expect(authorityOf(new Set(['emit', 'audit', 'correct', 'admin', 'vault']))).toBe('admin correct emit');
    expect(authorityOf(new Set(['audit']))).toBe('');
  });
});
