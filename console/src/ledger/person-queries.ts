/** Queries about one person. Answers are cached until something is recorded. */
import { queryOptions } from '@tanstack/react-query';
import { orThrow, type Question } from '../../../src/client/client.ts';
import type { ReachRow, WirePartyCut } from '../../../src/client/rows.ts';
import { overTime } from '../clocks/view-search.ts';
import { allRows } from './pages.ts';
import { ledger } from './session.ts';

/** Rows of each list in a person's file: the maximum of one answer. */
const fileRowsMax = 1_000;

/** The question of a person's file at the moments of a page. It leaves nothing out, whatever assurance the page asks for. */
export const everythingAt = ({ minAssurance: _, ...moments }: Question): Question & { limit: number } => ({
  ...moments,
  limit: fileRowsMax,
});

/** Everything about a person as known now, whatever the clocks of the page: an erasure concerns the present. */
export const fileOf = (subject: string) =>
  queryOptions({
    queryKey: ['file', subject],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().subjects.get(subject, { limit: fileRowsMax }, { signal })),
  });

/** Where a person's data is. */
export const residencyOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['residency', subject, question],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().subjects.residency(subject, page, { signal }), question),
  });

/** Where a person's data was, over all time. */
export const historyOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['history', subject, overTime(question)],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().subjects.history(subject, page, { signal }), overTime(question)),
  });

/** A person's audit trail. */
export const trailOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['trail', subject, overTime(question)],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().subjects.trail(subject, page, { signal }), overTime(question)),
  });

/** Questions about reach concern one moment unless they have a period. */
const allTime = { from: '0001-01-01' };

/** Who could reach a person's data, over all time. */
export const reachOfSubject = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['reach', subject, overTime(question)],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().subjects.reach(subject, page, { signal }), {
        ...overTime(question),
        ...allTime,
      }),
  });

/** The findings about a person, over all time. */
export const findingsOfSubject = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['findings of', subject, overTime(question)],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().subjects.findings(subject, page, { signal }), overTime(question)),
  });

/** Every path of a party to one person's data, and the edges to close. */
export const pathsToSubject = (party: string, subject: string, question: Question) =>
  queryOptions({
    queryKey: ['paths to subject', party, subject, question],
    queryFn: async ({ signal }) => {
      const cut = orThrow(await ledger().subjects.cut(subject, { ...question, party }, { signal }));
      const reach = orThrow(
        await ledger().subjects.reach(subject, { ...question, party, paths: 'all' }, { signal }),
      );
      return {
        clocks: cut.clocks,
        data: { ...cut.data, edges: edgesIn(party, reach.data), limitMet: false },
        next: null,
      };
    },
  });

/** The distinct edges of all paths, each with the party from which it leads. */
const edgesIn = (party: string, reach: ReadonlyArray<ReachRow>): WirePartyCut['edges'] => {
  const edges = new Map<string, WirePartyCut['edges'][number]>();
  for (const { intervals } of reach) {
    for (const { path } of intervals) {
      path.forEach((edge, index) => {
        const from = index === 0 ? party : path[index - 1]!.to;
        edges.set(`${from}\n${edge.edge}\n${edge.to}`, { ...edge, from });
      });
    }
  }
  return [...edges.values()];
};
