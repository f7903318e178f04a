/**
 * The lanes of a person on the time scale.
 */
import type { FindingRow, HistoryRow, ReachRow } from '../../../src/client/rows.ts';
import { type Names, partyNameIn, siteNameIn } from '../parts/names.tsx';
import { type LaneGroup, siteLanes } from '../timeline/lanes.ts';
import type { Late } from '../timeline/lateness.ts';
import { edgeLanes, findingLanes, partyLanes } from '../timeline/reach-lanes.ts';

/**
 * @param expires when each backup expires.
 * @param late the late events, by position.
 */
export const personLanes = (
  history: ReadonlyArray<HistoryRow>,
  findings: ReadonlyArray<FindingRow>,
  reach: ReadonlyArray<ReachRow>,
  names: Names,
  expires: ReadonlyMap<string, number>,
  late: ReadonlyMap<string, Late>,
): ReadonlyArray<LaneGroup> => [
  {
    id: 'where',
    label: 'Where it was',
    lanes: siteLanes(history, (site) => siteNameIn(names, site), expires, late),
  },
  {
    id: 'findings',
    label: 'Rules broken',
    lanes: findingLanes(findings, late),
  },
  {
    id: 'who',
    label: 'Who could reach it',
    lanes: partyLanes(
      reach,
      (party) => partyNameIn(names, party),
      (party) => names.parties.get(party)?.country ?? null,
    ),
  },
  {
    id: 'edges',
    label: 'Control, membership and grants that led there',
    lanes: edgeLanes(reach, (party) => partyNameIn(names, party), late),
  },
];
