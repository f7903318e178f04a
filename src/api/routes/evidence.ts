/**
 * Evidence bundles (V10): as a file that `domicile verify` checks anywhere, or as a page for people.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { Problem } from '../../contract/problem.ts';
import { EvidenceQuestion } from '../../contract/questions/evidence.ts';
import { type ParametersOf, readQuestion } from '../../contract/questions/question.ts';
import { type Bundle, formatBundle } from '../../evidence/bundle.ts';
import { evidencePage } from '../../evidence/page.ts';
import { type EvidenceKind, evidenceKinds } from '../../evidence/questions.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type ApiEnv, callerOf, peopleOf } from '../http/caller.ts';
import { parametersIn, problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { wantedType } from '../http/wanted.ts';
import { namedSubject, recordRead } from './subjects.ts';

type Asked = ParametersOf<typeof EvidenceQuestion>;

/** The page may show nothing but itself. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** Whom or what is asked about, and for a person who that is, for a caller that may know. */
interface AskedAbout {
  readonly id: string;
  readonly identifiers: Readonly<Record<string, string>>;
}

/** The pseudonym of the person asked about, and who that is for a caller that may know. */
const personOf = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  named: string,
  position: number,
): TE.TaskEither<Problem, AskedAbout> => {
  const people = peopleOf(context, ledger);
  return pipe(
    TE.fromTask(() => people.pseudonymOf(named)),
    TE.flatMapEither((pseudonym) =>
      ledger.ask(position, 'claimed', (view) => namedSubject(context, view, pseudonym)),
    ),
    TE.flatMapTask((id) => async () => {
      await recordRead(context, ledger, id, 'evidence');
      const identifier = (await people.seen([id]))(id);
      return { id, identifiers: identifier === id ? {} : { [id]: identifier } };
    }),
  );
};

const bundleFor = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  asked: Asked,
): TE.TaskEither<Problem, Bundle> => {
  const about = evidenceKinds.find((kind) => asked[kind] !== undefined) as EvidenceKind;
  const named = asked[about]!;
  const { from, to, trail = false } = asked;
  return pipe(
    TE.Do,
    TE.bind('clocks', () => clocksOf(ledger, asked)),
    TE.bind(
      'of',
      ({ clocks }): TE.TaskEither<Problem, AskedAbout> =>
        about === 'subject'
          ? personOf(context, ledger, named, clocks.position)
          : TE.right({ id: named, identifiers: {} }),
    ),
    TE.flatMap(
      ({ clocks: { validAt, position, minAssurance }, of: { id, identifiers } }) =>
        () =>
          ledger.evidence.make(
            { about, id, validAt, position, minAssurance, from, to, trail },
            identifiers,
            context.req.raw.signal,
          ),
    ),
  );
};

/** The bundle as the file that is checked, or as the page. */
const shown = (context: Context<ApiEnv>, bundle: Bundle): Response => {
  context.header('Cache-Control', 'private, no-store');
  const { about, knownPosition } = bundle.asked;
  const name = `evidence-${about}-${knownPosition}`;
  if (wantedType(context, ['application/json', 'text/html']) === 'text/html') {
    context.header('Content-Security-Policy', pagePolicy);
    context.header('Content-Disposition', `inline; filename="${name}.html"`);
    return context.html(evidencePage(bundle));
  }
  return context.body(formatBundle(bundle), 200, {
    'Content-Type': 'application/json',
    'Content-Disposition': `attachment; filename="${name}.domicile.json"`,
  });
};

/** The route `/v1/evidence`. */
export const evidenceRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.get(
    '/evidence',
    describeRoute({
      summary: 'Evidence that others can check: the answers, their events, and proofs that none is missing',
      description:
        'A file for `domicile verify`, canonical JSON (RFC 8785); with Accept: text/html a page for people, which prints.',
      parameters: parametersIn(EvidenceQuestion),
      responses: {
        200: {
          description: 'The bundle',
          content: {
            'application/json': { schema: { type: 'object' } },
            'text/html': { schema: { type: 'string' } },
          },
        },
        400: problemResponse('Invalid parameter'),
        404: problemResponse('Not found in the ledger'),
        422: problemResponse('The answers rest on more events than one bundle holds'),
        503: problemResponse('The checkpoints that prove it are not signed yet'),
      },
    }),
    async (context) => {
      callerOf(context);
      return pipe(
        TE.fromEither(readQuestion(EvidenceQuestion, new URL(context.req.url).searchParams)),
        TE.flatMap((asked) => bundleFor(context, ledger, asked)),
        TE.match(
          (refused) => problem(context, refused),
          (bundle) => shown(context, bundle),
        ),
      )();
    },
  );
  return routes;
};
