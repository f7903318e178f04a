/**
 * Paths of reach, in words: from the party to the holding.
 */
import type { PartyReachRow, WireHolding } from '../../contract/rows/reach.ts';

const words = {
  granted: 'granted',
  operates: 'operates',
  owns: 'owns',
  'member-of': 'member of',
  employs: 'employs',
  controls: 'controls',
} as const;

/** `controls tiktok, operates singapore`. */
export const pathText = (path: PartyReachRow['path']): string =>
  path.map(({ edge, to }) => `${words[edge]} ${to}`).join(', ');

/** What kind of holding: live data, or which backup. */
export const kindText = ({ kind, backup }: Pick<WireHolding, 'kind' | 'backup'>): string =>
  kind === 'live' ? 'live' : `backup ${backup ?? ''}`;
