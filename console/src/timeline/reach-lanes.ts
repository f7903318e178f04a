/**
 * The lanes of reach and of findings: who could reach the data when, over which edges, and which rules were broken.
 */
import type { FindingRow, PartyReachRow, ReachRow, WirePathEdge } from '../../../src/client/rows.ts';
import { beginOf, byBegin, endOf } from '../ledger/intervals.ts';
import {
  type Bar,
  day,
  holdingRows,
  inOrder,
  type Lane,
  lateAmong,
  packed,
  shortDataset,
  until,
  whoseWords,
} from './lanes.ts';
import type { Late } from './lateness.ts';

type Lateness = ReadonlyMap<string, Late>;

/** Merges overlapping and adjoining intervals. */
const joined = <A extends { readonly from: string | null; readonly to: string | null }>(
  intervals: ReadonlyArray<A>,
): ReadonlyArray<{ readonly from: number; readonly to: number; readonly of: ReadonlyArray<A> }> => {
  const out: { from: number; to: number; of: A[] }[] = [];
  for (const interval of [...intervals].sort((a, b) => byBegin(a.from, b.from))) {
    const last = out.at(-1);
    const from = beginOf(interval.from);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, endOf(interval.to));
      last.of.push(interval);
    } else out.push({ from, to: endOf(interval.to), of: [interval] });
  }
  return out;
};

/** A lane for each party that could ever reach the data, in order of first reach. */
export const partyLanes = (
  reach: ReadonlyArray<ReachRow>,
  partyName: (party: string) => string,
  countryOf: (party: string) => string | null,
): ReadonlyArray<Lane> =>
  reach
    .map((row) => ({ row, intervals: joined(row.intervals) }))
    .filter(({ intervals }) => intervals.length > 0)
    .sort((a, b) => (a.intervals[0]!.from > b.intervals[0]!.from ? 1 : -1))
    .map(({ row, intervals }) => ({
      id: `party ${row.party}`,
      label: partyName(row.party),
      note: countryOf(row.party) ?? '',
      rows: [
        intervals.map(({ from, to, of }): Bar => {
          const sites = [...new Set(of.map(({ holding }) => holding.site))];
          const end = to === Number.POSITIVE_INFINITY ? null : to;
          return {
            id: `party ${row.party} ${from}`,
            look: 'reach',
            from,
            to: end,
            label: sites.join(', '),
            words: `${partyName(row.party)} could reach data at ${sites.join(', ')}, from ${day(from)} ${until(end)}`,
            assurance: null,
            overdueFrom: null,
            late: undefined,
            events: inOrder(of.flatMap(({ path }) => path.flatMap((edge) => edge.events))),
          };
        }),
      ],
    }));

interface EdgeFrom extends WirePathEdge {
  readonly from: string;
}

/** The distinct edges of all paths, each with the party from which it leads. */
const edgesOf = (reach: ReadonlyArray<ReachRow>): ReadonlyArray<EdgeFrom> => {
  const edges = new Map<string, EdgeFrom>();
  for (const { party, intervals } of reach) {
    for (const { path } of intervals) {
      path.forEach((edge, index) => {
        const from = index === 0 ? party : path[index - 1]!.to;
        edges.set(`${from}\n${edge.edge}\n${edge.to}\n${edge.began}`, { ...edge, from });
      });
    }
  }
  return [...edges.values()];
};

const edgeVerbs: Readonly<Record<string, string>> = {
  controls: 'controls',
  'member-of': 'in',
  employs: 'employs',
};

/**
 * A lane for each control relation, membership and grant on any path. Operators and owners are shown with their
 * sites.
 */
export const edgeLanes = (
  reach: ReadonlyArray<ReachRow>,
  partyName: (party: string) => string,
  late: Lateness,
): ReadonlyArray<Lane> => {
  const kept = edgesOf(reach).filter(({ edge }) => edge !== 'operates' && edge !== 'owns');
  const lanes = Map.groupBy(kept, ({ from, edge, to }) =>
    edge === 'employs' ? `${to}\nmember-of\n${from}` : `${from}\n${edge}\n${to}`,
  );
  return [...lanes]
    .sort(([, a], [, b]) => byBegin(a[0]!.began, b[0]!.began))
    .map(([key, edges]) => {
      const { edge, from, to } = edges[0]!;
      const grant = edge === 'granted';
      const [first, second] = edge === 'employs' ? [to, from] : [from, to];
      const verb = edge === 'employs' ? 'in' : (edgeVerbs[edge] ?? edge);
      const label = grant ? `${partyName(from)}` : `${partyName(first)} ${verb} ${partyName(second)}`;
      const spans = joined(edges.map(({ began, ended, events }) => ({ from: began, to: ended, events })));
      return {
        id: `edge ${key}`,
        label,
        note: grant ? 'grant' : '',
        rows: [
          spans.map((span): Bar => {
            const end = span.to === Number.POSITIVE_INFINITY ? null : span.to;
            const events = inOrder(span.of.flatMap((each) => each.events));
            return {
              id: `edge ${key} ${span.from}`,
              look: grant ? 'grant' : 'control',
              from: span.from,
              to: end,
              label: grant ? to : verb === 'in' ? 'member' : verb,
              words: grant
                ? `Grant ${to} to ${partyName(from)}, from ${day(span.from)} ${until(end)}`
                : `${label}, from ${day(span.from)} ${until(end)}`,
              assurance: null,
              overdueFrom: null,
              late: lateAmong(events, span.from, late),
              events,
            };
          }),
        ],
      };
    });
};

/** A lane for each rule that was ever broken or could not be judged, over all data of the person. */
export const findingLanes = (findings: ReadonlyArray<FindingRow>, late: Lateness): ReadonlyArray<Lane> =>
  [...Map.groupBy(findings, ({ policy, rule }) => `${policy}\n${rule}`)]
    .sort(([, a], [, b]) => (beginOf(a[0]!.from) > beginOf(b[0]!.from) ? 1 : -1))
    .map(([key, same]) => {
      const { policy, rule } = same[0]!;
      const kinds = Map.groupBy(same, ({ verdict, version }) => `${verdict} ${version}`);
      const bars = [...kinds.values()].flatMap((alike) => {
        const { verdict, version } = alike[0]!;
        return joined(alike).map(({ from, to, of }): Bar => {
          const end = to === Number.POSITIVE_INFINITY ? null : to;
          const events = inOrder(of.flatMap((finding) => finding.events));
          const said = verdict === 'violated' ? 'broken' : 'cannot be judged';
          return {
            id: `rule ${key} ${verdict} ${version} ${from}`,
            look: verdict,
            from,
            to: end,
            label: `${rule}, version ${version}`,
            words: `${policy} version ${version}, ${rule}, ${said}: ${of.length} findings, from ${day(from)} ${until(end)}`,
            assurance: null,
            overdueFrom: null,
            late: lateAmong(events, from, late),
            events,
          };
        });
      });
      return { id: `rule ${key}`, label: policy, note: '', rows: packed(bars, (bar) => bar.look) };
    });

/**
 * A lane for each site where a party could ever reach data, in order of first reach; its bars are the reached
 * holdings.
 */
export const reachedSiteLanes = (
  reach: ReadonlyArray<PartyReachRow>,
  siteName: (site: string) => string,
  countryOf: (site: string) => string | null,
): ReadonlyArray<Lane> =>
  [...Map.groupBy(reach, ({ site }) => site)]
    .sort(
      ([, a], [, b]) =>
        Math.min(...a.map(({ from }) => beginOf(from))) - Math.min(...b.map(({ from }) => beginOf(from))) ||
        0,
    )
    .map(([site, rows]) => {
      const holdings = Map.groupBy(rows, ({ dataset, population, backup }) =>
        JSON.stringify([dataset, population, backup]),
      );
      const bars = [...holdings].flatMap(([key, same]) => {
        const { dataset, population, kind, backup } = same[0]!;
        const whose = whoseWords(population);
        const what = kind === 'backup' ? `backup ${backup}` : 'live';
        return joined(same).map(({ from, to, of }): Bar => {
          const end = to === Number.POSITIVE_INFINITY ? null : to;
          return {
            id: `reached ${site} ${key} ${from}`,
            look: kind,
            from,
            to: end,
            label: `${shortDataset(dataset)}, ${whose}${kind === 'backup' ? ', backup' : ''}`,
            words: `${dataset} of ${whose}, ${what}, at ${siteName(site)}, from ${day(from)} ${until(end)}`,
            assurance: null,
            overdueFrom: null,
            late: undefined,
            events: inOrder(of.flatMap(({ path }) => path.flatMap(({ events }) => events))),
          };
        });
      });
      return {
        id: `reached ${site}`,
        label: siteName(site),
        note: countryOf(site) ?? 'country not known',
        rows: holdingRows(bars),
      };
    });
