/**
 * A path from a party to data, edge by edge, as it is read aloud: who controls whom, who operates what.
 */
import type { PathEdge } from '../ledger/shapes.ts';
import { Icon } from './icon.tsx';
import { Id, type Names, PartyWord, partyNameIn, SiteWord, siteNameIn } from './names.tsx';

/** What an edge says, between the two that it joins. */
export const edgeWords: Readonly<Record<string, string>> = {
  granted: 'is let in by',
  operates: 'operates',
  owns: 'owns',
  'member-of': 'is a member of',
  employs: 'employs',
  controls: 'controls',
};

export const leadsToSite = (edge: string): boolean => edge === 'operates' || edge === 'owns';

/** The path as text, with names. */
export const pathText = (names: Names, party: string, path: ReadonlyArray<PathEdge>): string =>
  path.reduce(
    (text, { edge, to }) => {
      const end =
        edge === 'granted' ? to : leadsToSite(edge) ? siteNameIn(names, to) : partyNameIn(names, to);
      return `${text} ${edgeWords[edge] ?? edge} ${end}`;
    },
    partyNameIn(names, party),
  );

/** The pairs that make a path what it is. */
export const pathKey = (path: ReadonlyArray<PathEdge>): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join('\n');

export const PathChain = ({
  party,
  path,
  withParty = true,
}: {
  party: string;
  path: ReadonlyArray<PathEdge>;
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
