/** The naive model answers the cases worked out by hand. Later comparisons are only as good as this. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type Instant, parseDateTime } from '../src/domain/time/instant.ts';
import {
  type CloudEvent,
  discrepanciesOf,
  historyOf,
  holdingsOf,
  membersOf,
  populationCount,
  residencyOf,
  type World,
} from './support/naive-model.ts';
import { type PinnedQuestion, pinnedCases, workedExample } from './support/pinned-cases.ts';
import { recorded } from './support/worlds.ts';

/** The fields of the types that the cases correct; a trailing `?` marks one that may be absent. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  SubjectEnrolled: ['subject', 'population'],
  DataPlaced: ['dataset', 'scope', 'site'],
  DataDeleted: ['dataset', 'scope', 'site'],
  BackupTaken: ['backup', 'dataset', 'scope', 'from', 'to', 'expires?'],
};

const fits = (type: string, data: unknown): boolean => {
  const fields = fieldsOf[type] ?? [];
  const given = Object.keys(data as object);
  return (
    given.every((name) => fields.includes(name) || fields.includes(`${name}?`)) &&
    fields.every((name) => name.endsWith('?') || given.includes(name))
  );
};

const instant = (text: string | undefined): Instant | undefined => {
  if (text === undefined) return undefined;
  const parsed = parseDateTime(text);
  if (E.isLeft(parsed)) throw new Error(`not a time: ${text}`);
  return parsed.right;
};

const worldOf = (events: readonly CloudEvent[], asked: Partial<PinnedQuestion> = {}): World => ({
  log: recorded(events),
  fits,
  validAt: instant(asked.validAt),
  knownPosition: asked.knownPosition,
  minAssurance: asked.minAssurance,
});

const answer = (events: readonly CloudEvent[], question: PinnedQuestion): unknown => {
  const world = worldOf(events, question);
  switch (question.ask) {
    case 'residency':
      return residencyOf(world, question.of);
    case 'history':
      return historyOf(world, question.of, instant(question.from), instant(question.to));
    case 'holdings':
      return holdingsOf(world, question.of);
  }
};

describe.each(pinnedCases)('$rule: $name', ({ events, questions }) => {
  it.each(
    questions.map((question) => ({ ...question, title: JSON.stringify({ ...question, expect: undefined }) })),
  )('$title', ({ title: _, ...question }) => {
    expect(answer(events, question as PinnedQuestion)).toEqual(question.expect);
  });
});

describe('the members of a population', () => {
  it('are those whose last enrolment by then was in it', () => {
    const before = worldOf(workedExample.events, { validAt: '2022-06-30T00:00:00Z' });
    const after = worldOf(workedExample.events, { validAt: '2022-07-01T00:00:00Z' });
    expect(membersOf(before, 'us-users')).toEqual(['ana', 'ben', 'chen']);
    expect(membersOf(after, 'us-users')).toEqual(['ben', 'chen']);
    expect(membersOf(after, 'eu-users')).toEqual(['ana']);
    expect(populationCount(after, 'us-users')).toBe(2);
  });
});

describe('discrepancies', () => {
  const event = (number: number, type: string, data: unknown): CloudEvent => ({
    id: `e${number}`,
    source: 'https://services.example.org/residency',
    type,
    time: `2020-01-${String(number).padStart(2, '0')}T00:00:00Z`,
    data,
  });
  const codesOf = (
    ...said: readonly (readonly [string, unknown])[]
  ): readonly (readonly [number, string])[] =>
    discrepanciesOf(worldOf(said.map(([type, data], index) => event(index + 1, type, data)))).map(
      ({ position, code }) => [position, code] as const,
    );

  it('are none in the worked example', () => {
    expect(discrepanciesOf(worldOf(workedExample.events))).toEqual([]);
  });

  it('include unregistered names, once for each kind of thing', () => {
    const scope = { population: 'us' };
    expect(codesOf(['DataPlaced', { dataset: 'profile', scope, site: 'a' }])).toEqual([
      [1, 'unknown-dataset'],
      [1, 'unknown-population'],
      [1, 'unknown-site'],
    ]);
  });

  it('are resolved by a registration, whatever its time', () => {
    const population = [
      'PopulationRegistered',
      { population: 'us', name: 'US', jurisdiction: 'US' },
    ] as const;
    expect(codesOf(['SubjectEnrolled', { subject: 'ana', population: 'us' }], population)).toEqual([]);
  });

  it('include backups that are unknown, destroyed or taken again', () => {
    const codes = codesOf(
      ['BackupDestroyed', { backup: 'b1' }],
      ['BackupTaken', { backup: 'b1', dataset: 'd', scope: { subject: 'ana' }, from: 'a', to: 'a' }],
      ['BackupTaken', { backup: 'b1', dataset: 'd', scope: { subject: 'ana' }, from: 'a', to: 'a' }],
      ['BackupDestroyed', { backup: 'b1' }],
      ['BackupDestroyed', { backup: 'b1' }],
    );
    const ofBackups = codes.filter(([, code]) => code !== 'unknown-dataset' && code !== 'unknown-site');
    expect(ofBackups).toEqual([
      [1, 'unknown-backup'],
      [2, 'not-held'],
      [3, 'backup-already-taken'],
      [5, 'destroyed-backup'],
    ]);
  });

  it('include corrections of nothing, of corrections, and of what they do not fit', () => {
    const target = (id: string) => ({ source: 'https://services.example.org/residency', id });
    const codes = codesOf(
      ['SubjectEnrolled', { subject: 'ana', population: 'us' }],
      ['EventCorrected', { event: target('e1'), reason: 'no', data: { subject: 'ana' } }],
      ['EventRetracted', { event: target('e2'), reason: 'no' }],
      ['EventRetracted', { event: target('e9'), reason: 'no' }],
    );
    expect(codes).toEqual([
      [1, 'unknown-population'],
      [2, 'does-not-fit'],
      [3, 'not-correctable'],
      [4, 'unknown-event'],
    ]);
  });
});
