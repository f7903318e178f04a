/** Events as a service would send them, for tests about one thing. */

/** The source of the events in tests. */
export const source = 'https://services.example.org/residency';

/** An event as it is sent: CloudEvents JSON. */
export type Sent = Readonly<Record<string, unknown>> & { readonly id: string };

/** An event of a type, of January 2020 unless `more` says otherwise. */
export const sent = (id: string, type: string, data: unknown, more: object = {}): Sent => ({
  specversion: '1.0',
  id,
  source,
  type,
  time: '2020-01-01T00:00:00.000Z',
  data,
  ...more,
});

/** The subject is in the population from then on. */
export const enrolled = (id: string, subject: string, population = 'us', more: object = {}): Sent =>
  sent(id, 'SubjectEnrolled', { subject, population }, more);

/** The population's data is at the site from then on. */
export const placed = (id: string, population: string, site: string, more: object = {}): Sent =>
  sent(id, 'DataPlaced', { dataset: 'profile', scope: { population }, site }, more);

/** A correction of the event with this id. */
export const corrected = (id: string, target: string, change: object, more: object = {}): Sent =>
  sent(id, 'EventCorrected', { event: { source, id: target }, reason: 'it held otherwise', ...change }, more);

/** A retraction of the event with this id. */
export const retracted = (id: string, target: string): Sent =>
  sent(id, 'EventRetracted', { event: { source, id: target }, reason: 'it never held' });

/** Events about many subjects, with ids from a common prefix. */
export const many = (count: number, prefix = 'e'): ReadonlyArray<Sent> =>
  Array.from({ length: count }, (_, index) => enrolled(`${prefix}${index}`, `${prefix}-subject-${index}`));

/** Backups of the same data, with numbered ids. */
export const backups = (count: number, from = 0): ReadonlyArray<Sent> =>
  Array.from({ length: count }, (_, index) => {
    const backup = `b${from + index}`;
    return sent(`backup-${from + index}`, 'BackupTaken', {
      ...{ backup, dataset: 'tiktok/profile', scope: { population: 'us-users' } },
      ...{ from: 'virginia', to: 'singapore' },
    });
  });
