/** The legend of a map. */
import { lookOrder, type PlaceLook, type Way } from './places.ts';

const placeWords: Readonly<Record<PlaceLook, string>> = {
  live: 'live data',
  backup: 'backups',
  overdue: 'overdue backups',
  reach: 'who could reach it',
  idle: 'nothing',
};
const wayWords: Readonly<Record<Way['look'], string>> = {
  move: 'moved or copied',
  backup: 'backed up',
  reach: 'could reach',
};

export const MapLegend = ({
  places,
  ways,
  byPeople,
}: {
  places: ReadonlySet<PlaceLook>;
  ways: ReadonlySet<Way['look']>;
  byPeople: boolean;
}) => (
  <ul className="legend map-legend" aria-label="What the map marks">
    {lookOrder
      .filter((look) => look !== 'idle' && places.has(look))
      .map((look) => (
        <li key={look}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <circle className={`place place-${look}`} cx="7" cy="7" r="4.5" strokeWidth="2" />
          </svg>
          {placeWords[look]}
        </li>
      ))}
    {(['move', 'backup', 'reach'] as const)
      .filter((look) => ways.has(look))
      .map((look) => (
        <li key={look}>
          <svg viewBox="0 0 26 14" className="wide" aria-hidden="true">
            <path
              className={`way way-${look}`}
              d="M1 7H25"
              strokeWidth="2"
              strokeDasharray={look === 'reach' ? '2 3' : look === 'backup' ? '6 3' : undefined}
            />
          </svg>
          {wayWords[look]}
        </li>
      ))}
    {byPeople && ways.size > 0 ? (
      <li>
        <svg viewBox="0 0 26 14" className="wide" aria-hidden="true">
          <path className="more-people" d="M1 7.5 25 2.5V11.5L1 8.5Z" />
        </svg>
        wider, larger: more people
      </li>
    ) : null}
  </ul>
);
