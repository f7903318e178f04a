/**
 * A path from a party to data, edge by edge (R15).
 */
import type { WirePathEdge } from '../../../src/client/rows.ts';
import { Icon } from './icon.tsx';
import { Id, type Names, PartyWord, partyNameIn, SiteWord, siteNameIn } from './names.tsx';

/** The verb of each kind of edge, between its two ends. */
export const edgeWords: Readonly<Record<string, string>> = {
  granted: 'holds',
  operates: 'operates',
  owns: 'owns',
  'member-of': 'is a member of',
  employs: 'employs',
  controls: 'controls',
};

export const leadsToSite = (edge: string): boolean => edge === 'operates' || edge === 'owns';

/** The path as text, with names. */
export const pathText = (names: Names, party: string, path: ReadonlyArray<WirePathEdge>): string =>
  path.reduce(
    (text, { edge, to }) => {
      const end =
        edge === 'granted' ? to : leadsToSite(edge) ? siteNameIn(names, to) : partyNameIn(names, to);
      return `${text} ${edgeWords[edge] ?? edge} ${end}`;
    },
    partyNameIn(names, party),
  );

/** The identifying fields of a path, as a key. */
export const pathKey = (path: ReadonlyArray<WirePathEdge>): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join('\n');

export const PathChain = ({
  party,
  path,
  withParty = true,
}: {
  party: string;
  path: ReadonlyArray<WirePathEdge>;
  withParty?: boolean;
}) => (
  <span className="path">
    {withParty ? <PartyWord id={party} /> : null}
    {path.map(({ edge, to }) => (
      <span className="path-edge" key={`${edge} ${to}`}>
        <span className={`edge edge-${edge}`}>
          {edgeWords[edge] ?? edge}
          <Icon name="next" />
        </span>
        {edge === 'granted' ? (
          <span>
            grant <Id>{to}</Id>
          </span>
        ) : leadsToSite(edge) ? (
          <SiteWord id={to} />
        ) : (
          <PartyWord id={to} />
        )}
      </span>
    ))}
  </span>
);
