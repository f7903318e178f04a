/** Everything that a ledger answers about some names, to compare with answers of another one or later answers. */
import type { Client, Query } from './server.ts';

/** The names in the questions. */
export interface Names {
  readonly subjects: ReadonlyArray<string>;
  readonly sites: ReadonlyArray<string>;
  readonly populations: ReadonlyArray<string>;
  readonly datasets: ReadonlyArray<string>;
  readonly parties: ReadonlyArray<string>;
}

/** The paths of every question about the names, and about the ledger as a whole. */
export const questionsAbout = ({
  subjects,
  sites,
  populations,
  datasets,
  parties,
}: Names): ReadonlyArray<string> => {
  const each = (kind: string, names: ReadonlyArray<string>, ...questions: string[]): ReadonlyArray<string> =>
    names.flatMap((name) =>
      questions.map((question) => `/v1/${kind}/${encodeURIComponent(name)}${question}`),
    );
  return [
    ...each('subjects', subjects, '/residency', '/history', '/trail', '/reach', '/findings'),
    ...each('sites', sites, '', '/holdings', '/holdings?from=2000-01-01'),
    ...each('populations', populations, ''),
    ...each('datasets', datasets, '', '/lineage', '/holdings?from=2000-01-01'),
    ...each('parties', parties, '', '/reach', '/affected'),
    ...[
      'sites',
      'populations',
      'datasets',
      'parties',
      'policies',
      'transfers',
      'backups',
      'discrepancies',
      'findings',
    ].map((list) => `/v1/${list}`),
    '/v1/discrepancies?state=resolved',
  ];
};

/**
 * The answers by path, with complete lists: the data, or the refusal for an unknown name. Of whom a party affected,
 * only the first page, which counts everybody.
 */
export const answersTo = async (
  client: Client,
  paths: ReadonlyArray<string>,
  query: Query,
): Promise<Readonly<Record<string, unknown>>> => {
  const out: Record<string, unknown> = {};
  for (const path of paths) {
    const [bare = '', own = ''] = path.split('?');
    const asked = { limit: 1_000, ...query, ...Object.fromEntries(new URLSearchParams(own)) };
    const { status, body } = await client.get(bare, asked);
    if (status !== 200 && status !== 404) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    const isWhole = body.next === null || bare.endsWith('/affected');
    out[path] = status === 404 ? body : isWhole ? body.data : await client.rows(bare, asked);
  }
  return out;
};
