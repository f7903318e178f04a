/**
 * The map of one person: where the data is at a moment, how it came there, and from which countries it could be reached.
 */
import type { ReachRow, ResidencyRow, TrailRow, WireEvent } from '../../../src/client/rows.ts';
import { dataOf } from '../ledger/event-words.ts';
import { holdsAt } from '../ledger/intervals.ts';
import { countryPlace, type Place, type Way } from '../map/places.ts';
import { WorldMap } from '../map/world-map.tsx';
import { countryName, useNames } from '../parts/names.tsx';

const lookOf = (rows: ReadonlyArray<ResidencyRow>): Place['look'] => {
  if (rows.some(({ kind }) => kind === 'live')) return 'live';
  return rows.some(({ overdue }) => overdue) ? 'overdue' : 'backup';
};

/** The move, copy or backup that an event reports. */
const cameBy = (event: WireEvent) =>
  dataOf(event, 'DataMoved') ?? dataOf(event, 'DataCopied') ?? dataOf(event, 'BackupTaken');

const PersonMap = ({
  rows,
  trail,
  reach,
  at,
}: {
  rows: ReadonlyArray<ResidencyRow>;
  trail: ReadonlyArray<TrailRow>;
  reach: ReadonlyArray<ReachRow>;
  at: number;
}) => {
  const names = useNames();
  const bySite = Map.groupBy(rows, ({ site }) => site);
  const siteIds = new Set([...names.sites.keys(), ...bySite.keys()]);
  const places = [...siteIds].map((site): Place => {
    const described = names.sites.get(site);
    const here = bySite.get(site) ?? [];
    return {
      id: site,
      label: described?.name ?? site,
      country: described?.country ?? here[0]?.country ?? null,
      latitude: described?.latitude ?? null,
      longitude: described?.longitude ?? null,
      look: here.length === 0 ? 'idle' : lookOf(here),
      size: here.length === 0 ? 2.5 : 6,
    };
  });

  const events = new Map(trail.map(({ event }) => [event.position, event]));
  const ways = new Map<string, Way>();
  for (const row of rows) {
    const opening = events.get(row.events[0] ?? '');
    const { from, to } = (opening === undefined ? undefined : cameBy(opening)) ?? {};
    if (from === undefined || to === undefined || to !== row.site || from === to) continue;
    const id = `${from}\n${to}\n${row.kind}`;
    ways.set(id, {
      id,
      from,
      to,
      look: row.kind === 'live' ? 'move' : 'backup',
      width: 1.6,
      words: `${row.kind === 'live' ? 'Moved or copied' : 'Backed up'} from ${from} to ${to}`,
    });
  }

  // Reach from countries other than the one where the data is.
  const reachedFrom = new Set<string>();
  for (const { party, intervals } of reach) {
    const country = names.parties.get(party)?.country;
    if (country === undefined || country === null) continue;
    for (const interval of intervals) {
      const { site } = interval.holding;
      const there = bySite.get(site)?.[0]?.country;
      if (there === undefined || there === country || !holdsAt(interval, at)) continue;
      reachedFrom.add(country);
      const id = `reach ${country} ${site}`;
      ways.set(id, {
        id,
        from: `country ${country}`,
        to: site,
        look: 'reach',
        width: 1.6,
        words: `Reachable from ${countryName(country)} at ${names.sites.get(site)?.name ?? site}`,
      });
    }
  }

  const said = [...bySite].map(([site, here]) => {
    const country = here[0]?.country;
    return `${names.sites.get(site)?.name ?? site}${country === null || country === undefined ? '' : ` in ${countryName(country)}`}`;
  });
  return (
    <WorldMap
      places={[...places, ...[...reachedFrom].map(countryPlace)]}
      ways={[...ways.values()]}
      words={
        said.length === 0
          ? 'Map: there is no data at this moment.'
          : `Map: the data is at ${said.join('; ')}.`
      }
    />
  );
};

export default PersonMap;
