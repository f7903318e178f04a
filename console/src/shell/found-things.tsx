/** The sites, parties, datasets and populations whose identifier or name matches the search. */
import { useQuery } from '@tanstack/react-query';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { datasetsAt, partiesAt, populationsAt, sitesAt } from '../ledger/registry-queries.ts';
import { Id, ThingLink, Title } from '../parts/names.tsx';

/** Matches to show. */
const matchesMax = 8;
/** The number of characters from which on things are searched. */
const typedMin = 2;

interface Thing {
  readonly thing: 'site' | 'party' | 'dataset' | 'population';
  readonly id: string;
  readonly name: string | null;
}

const folded = (text: string): string => text.normalize('NFKD').toLowerCase();

/**
 * The rank of a match: 0 for the identifier, 1 for the beginning of a word, 2 for anywhere; undefined for no match.
 */
const rankOf = ({ id, name }: Thing, typed: string): number | undefined => {
  if (id === typed) return 0;
  const [wanted, texts] = [folded(typed), [folded(id), folded(name ?? '')]];
  const begins = texts.some((text) => text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted)));
  if (begins || texts.some((text) => text.startsWith(wanted))) return 1;
  return texts.some((text) => text.includes(wanted)) ? 2 : undefined;
};

/** The things that match, the best first. */
const matching = (things: ReadonlyArray<Thing>, typed: string): ReadonlyArray<Thing> =>
  things
    .flatMap((thing) => {
      const rank = rankOf(thing, typed);
      return rank === undefined ? [] : [{ thing, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ thing }) => thing);

export const FoundThings = ({ typed }: { typed: string }) => {
  const question = questionOf(useView());
  const wanted = typed.trim();
  const enabled = wanted.length >= typedMin;
  const sites = useQuery({ ...sitesAt(question), enabled });
  const parties = useQuery({ ...partiesAt(question), enabled });
  const datasets = useQuery({ ...datasetsAt(question), enabled });
  const populations = useQuery({ ...populationsAt(question), enabled });
  if (!enabled) return null;
  const things: ReadonlyArray<Thing> = [
    ...(sites.data?.data ?? []).map(({ site, name }) => ({ thing: 'site', id: site, name }) as const),
    ...(parties.data?.data ?? []).map(({ party, name }) => ({ thing: 'party', id: party, name }) as const),
    ...(datasets.data?.data ?? []).map(
      ({ dataset, name }) => ({ thing: 'dataset', id: dataset, name }) as const,
    ),
    ...(populations.data?.data ?? []).map(
      ({ population, name }) => ({ thing: 'population', id: population, name }) as const,
    ),
  ];
  const found = matching(things, wanted);
  if (found.length === 0) return null;
  return (
    <ul className="found-things" aria-label="Sites, parties, datasets and populations that match">
      {found.slice(0, matchesMax).map(({ thing, id, name }) => (
        <li key={JSON.stringify([thing, id])}>
          <ThingLink thing={thing} id={id}>
            <span className="found-kind">{thing}</span> <Title>{name ?? id}</Title> <Id>{id}</Id>
          </ThingLink>
        </li>
      ))}
      {found.length > matchesMax ? (
        <li className="found-more">and {found.length - matchesMax} more: type more of the name</li>
      ) : null}
    </ul>
  );
};
