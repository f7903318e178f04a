/** Evidence bundles (V10), as a file for `domicile verify` or as a page for human readers. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { QuestionClocks } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';
import { EvidenceQuestion } from '../../contract/questions/evidence.ts';
import { type ParametersOf, type PlainQuestion, readQuestion } from '../../contract/questions/question.ts';
import { type EvidenceKind, evidenceKinds, type SoughtFinding, soughtOf } from '../../evidence/questions.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { MadeEvidence } from '../../ledger/evidence/evidence-maker.ts';
import type { EvidenceForm } from '../../ledger/evidence/evidence-thread.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type ApiEnv, callerOf, peopleOf } from '../http/caller.ts';
import { parametersIn, problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { wantedType } from '../http/wanted.ts';
import { namedSubject, recordRead } from './subjects.ts';

type Asked = ParametersOf<typeof EvidenceQuestion>;

/** The page must not load anything. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** The subject matter of the question; for a person, also the identifier if the caller may see it. */
interface AskedAbout {
  readonly id: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly finding?: SoughtFinding;
}

/** The pseudonym of the person, and the identifier if the caller may see it. */
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

/** The thing that the finding is about, which leads to its events. */
const findingOf = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  id: string,
  clocks: QuestionClocks,
): TE.TaskEither<Problem, AskedAbout> =>
  pipe(
    () =>
      ledger.questions.askWidely(
        {
          question: 'finding',
          asked: { clocks, limit: 1, after: undefined, parameters: {} as PlainQuestion },
          given: { id },
        },
        context.req.raw.signal,
      ),
    TE.map(({ data: { detail } }) => ({ id, identifiers: {}, finding: soughtOf(detail) })),
  );

const askedAbout = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  about: EvidenceKind,
  named: string,
  clocks: QuestionClocks,
): TE.TaskEither<Problem, AskedAbout> => {
  if (about === 'subject') return personOf(context, ledger, named, clocks.position);
  if (about === 'finding') return findingOf(context, ledger, named, clocks);
  return TE.right({ id: named, identifiers: {} });
};

/** The file or page, and its name. */
interface Made extends MadeEvidence {
  readonly name: string;
}

const evidenceFor = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  asked: Asked,
  form: EvidenceForm,
): TE.TaskEither<Problem, Made> => {
  const about = evidenceKinds.find((kind) => asked[kind] !== undefined) as EvidenceKind;
  const named = asked[about]!;
  const { from, to, trail = false } = asked;
  return pipe(
    TE.Do,
    TE.bind('clocks', () => clocksOf(ledger, asked)),
    TE.bind('of', ({ clocks }) => askedAbout(context, ledger, about, named, clocks)),
    TE.flatMap(({ clocks, of: { id, identifiers, finding } }) => {
      const { validAt, position, minAssurance } = clocks;
      return pipe(
        () =>
          ledger.evidence.make({
            asked: { about, id, finding, validAt, position, minAssurance, from, to, trail },
            form,
            identifiers,
            signal: context.req.raw.signal,
          }),
        TE.map((made) => ({ ...made, name: `evidence-${about}-${position}` })),
      );
    }),
  );
};

const shown = async (
  context: Context<ApiEnv>,
  form: EvidenceForm,
  { bytes, content, name }: Made,
): Promise<Response> => {
  context.header('Cache-Control', 'private, no-store');
  context.header('Content-Length', String(bytes));
  // Nobody reads the body of a HEAD request.
  const isHead = context.req.raw.method === 'HEAD';
  if (isHead) await content.cancel();
  const body = isHead ? '' : content;
  if (form === 'page') {
    context.header('Content-Security-Policy', pagePolicy);
    context.header('Content-Disposition', `inline; filename="${name}.html"`);
    return context.body(body, 200, { 'Content-Type': 'text/html; charset=UTF-8' });
  }
  return context.body(body, 200, {
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
      summary:
        'Evidence that others can check: the answers, their events, and proofs that no event is missing',
      description:
        'A file for `domicile verify`, as canonical JSON (RFC 8785); with Accept: text/html, a page to read and print.',
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
      const wanted = wantedType(context, ['application/json', 'text/html']);
      const form = wanted === 'text/html' ? 'page' : 'file';
      return pipe(
        TE.fromEither(readQuestion(EvidenceQuestion, new URL(context.req.url).searchParams)),
        TE.flatMap((asked) => evidenceFor(context, ledger, asked, form)),
        TE.matchE(
          (refused) => async () => problem(context, refused),
          (made) => () => shown(context, form, made),
        ),
      )();
    },
  );
  return routes;
};
