/**
 * Evidence bundles (V10): as a file that `domicile verify` checks anywhere, or as a page for people.
 */
import * as E from 'fp-ts/lib/Either.js';
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
import { namedSubject, recordRead } from './subjects.ts';

type Asked = ParametersOf<typeof EvidenceQuestion>;

/** The page may show nothing but itself. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** The pseudonym of the person asked about, and who that is for a caller that may know. */
const personOf = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  named: string,
  position: number,
): Promise<E.Either<Problem, { readonly id: string; readonly identifiers: Record<string, string> }>> => {
  const people = peopleOf(context, ledger);
  const pseudonym = await people.pseudonymOf(named);
  const subject = ledger.ask(position, 'claimed', (view) => namedSubject(context, view, pseudonym));
  if (E.isLeft(subject)) return subject;
  const id = subject.right;
  await recordRead(context, ledger, id, 'evidence');
  const identifier = (await people.seen([id]))(id);
  return E.right({ id, identifiers: identifier === id ? {} : { [id]: identifier } });
};

const bundleFor = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  asked: Asked,
): Promise<E.Either<Problem, Bundle>> => {
  const clocks = await clocksOf(ledger, asked)();
  if (E.isLeft(clocks)) return clocks;
  const { validAt, position, minAssurance } = clocks.right;
  const about = evidenceKinds.find((kind) => asked[kind] !== undefined) as EvidenceKind;
  const named = asked[about]!;
  const person =
    about === 'subject'
      ? await personOf(context, ledger, named, position)
      : E.right({ id: named, identifiers: {} });
  if (E.isLeft(person)) return person;
  const { id, identifiers } = person.right;
  const { from, to } = asked;
  return ledger.evidence.make(
    { about, id, validAt, position, minAssurance, from, to, trail: asked.trail === true },
    identifiers,
    context.req.raw.signal,
  );
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
      const asked = readQuestion(EvidenceQuestion, new URL(context.req.url).searchParams);
      const bundle = E.isLeft(asked) ? asked : await bundleFor(context, ledger, asked.right);
      if (E.isLeft(bundle)) return problem(context, bundle.left);
      context.header('Cache-Control', 'private, no-store');
      const { about, knownPosition } = bundle.right.asked;
      const name = `evidence-${about}-${knownPosition}`;
      if ((context.req.header('accept') ?? '').includes('text/html')) {
        context.header('Content-Security-Policy', pagePolicy);
        context.header('Content-Disposition', `inline; filename="${name}.html"`);
        return context.html(evidencePage(bundle.right));
      }
      return context.body(formatBundle(bundle.right), 200, {
        'Content-Type': 'application/json',
        'Content-Disposition': `attachment; filename="${name}.domicile.json"`,
      });
    },
  );
  return routes;
};
