/**
 * R22 in the simplest form: the relevant sources of an answer, how far each has vouched, and when one was silent.
 */

import { eventsThat, sourcesNaming } from './naive-log.ts';
import type { CloudEvent, Recorded } from './naive-model.ts';

/** An effective vouch, as corrected. */
export type Vouch = {
  readonly source: string;
  readonly position: number;
  readonly time: number;
  readonly upTo: number;
  readonly every: number | undefined;
};

const rank = (event: CloudEvent): number =>
  ['claimed', 'observed', 'verified'].indexOf(event.assurance ?? 'observed');

/** The effective vouches for a question: as known, without corrections that have too little assurance. */
export const vouchesIn = (
  known: readonly Recorded[],
  minAssurance: string,
  fits: (data: unknown) => boolean,
): readonly Vouch[] => {
  const least = ['claimed', 'observed', 'verified'].indexOf(minAssurance);
  return known.flatMap(({ position, event }): readonly Vouch[] => {
    if (event.type !== 'SourceVouched') return [];
    let { time, data }: { time: string; data: unknown } = { time: event.time, data: event.data };
    for (const { event: correction } of known) {
      if (correction.type !== 'EventCorrected' && correction.type !== 'EventRetracted') continue;
      const about = correction.data as unknown as {
        readonly event: { readonly source: string; readonly id: string };
        readonly time?: string;
        readonly data?: unknown;
      };
      if (about.event.source !== event.source || about.event.id !== event.id || rank(correction) < least)
        continue;
      if (correction.type === 'EventRetracted') return [];
      if (about.data !== undefined && !fits(about.data)) continue;
      time = about.time ?? time;
      data = about.data ?? data;
    }
    const { upTo, every } = data as { readonly upTo: string; readonly every?: number };
    return [{ source: event.source, position, time: Date.parse(time), upTo: Date.parse(upTo), every }];
  });
};

/** The latest instant up to which a source has vouched. */
const heard = (vouches: readonly Vouch[], source: string): string | null => {
  const ends = vouches.filter((vouch) => vouch.source === source).map(({ upTo }) => upTo);
  return ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString();
};

/** For an answer about a subject whose rows show these events and sites. */
export const heardUntil = (
  known: readonly Recorded[],
  vouches: readonly Vouch[],
  subject: string,
  shown: { readonly events: readonly number[]; readonly sites: readonly string[] },
): readonly { readonly source: string; readonly upTo: string | null }[] => {
  const behind = [...shown.events, ...eventsThat(known, { subject })].map(
    (at) => known[at - 1]!.event.source,
  );
  const tellers = shown.sites.flatMap((site) => sourcesNaming(known, 'site', site));
  return [...new Set([...behind, ...tellers])]
    .sort()
    .map((source) => ({ source, upTo: heard(vouches, source) }));
};

const dayMs = 86_400_000;

/** Whether a source is silent at an instant: its last vouch was longer ago than announced. */
export const isSilent = (vouches: readonly Vouch[], source: string, at: number): boolean => {
  const before = vouches
    .filter((vouch) => vouch.source === source && vouch.time <= at)
    .sort((a, b) => a.time - b.time || a.position - b.position);
  const every = before.findLast((vouch) => vouch.every !== undefined)?.every;
  return every !== undefined && at - before.at(-1)!.time >= every * dayMs;
};
