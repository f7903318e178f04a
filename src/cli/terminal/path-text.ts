/**
 * Paths of reach in words, from the party to the holding.
 */

import type { PartyReachRow, WireHolding } from '../../contract/rows/reach.ts';
import { inText } from '../../domain/events/in-text.ts';

const edgeText = {
  granted: 'granted',
  operates: 'operates',
  owns: 'owns',
  'member-of': 'member of',
  employs: 'employs',
  controls: 'controls',
} as const;

/** `controls tiktok, operates singapore`. */
export const pathText = (path: PartyReachRow['path']): string =>
  path.map(({ edge, to }) => `${edgeText[edge]} ${inText(to)}`).join(', ');

/** The kind of a holding: `live`, or `backup` and its id. */
export const kindText = ({ kind, backup }: Pick<WireHolding, 'kind' | 'backup'>): string =>
  kind === 'live' ? 'live' : backup === null ? 'backup' : `backup ${inText(backup)}`;
