/** Reports for authorities: as JSON, as a printable page, or as CSV. */
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { answerOf } from '../../contract/answers.ts';
import { type Asked, type QuestionClocks, wireClocks } from '../../contract/asked.ts';
import { documentStyle, htmlOf } from '../../contract/documents/html.ts';
import { reportCsv, reportDocument } from '../../contract/documents/report-document.ts';
import { PeriodQuestion, type QuestionOf } from '../../contract/questions/question.ts';
import { Report, ReportName } from '../../contract/rows/reports.ts';
import { never } from '../../domain/time/instant.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { AskedFor, AskedWidely, FoundBy, GivenTo } from '../../questions/wide/wide-questions.ts';
import { answerLong, type Written } from '../http/answer.ts';
import type { ApiEnv } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { wantedType } from '../http/wanted.ts';

/** Only the page's own style is allowed. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(documentStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A report without `validAt` is as of the end of its period, or as of the latest knowledge if that is earlier, so
 * that it stays the same while nothing is recorded.
 */
const asOfPeriod = <Q extends PeriodQuestion>(asked: Asked<Q>): Asked<Q> => {
  const { validAt, to = never } = asked.parameters as PeriodQuestion;
  if (validAt !== undefined) return asked;
  const { clocks } = asked;
  return { ...asked, clocks: { ...clocks, validAt: Math.min(to - 1, clocks.knownAt) } };
};

/** The clocks of an answer as headers, for formats without a place for them. */
const clockHeaders = (clocks: QuestionClocks): Record<string, string> => {
  const { validAt, knownAt, position } = wireClocks(clocks);
  return { 'Domicile-Valid-At': validAt, 'Domicile-Known-At': knownAt, 'Domicile-Position': position };
};

/** The route `/v1/reports/{name}`. */
export const reportRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();

  /** Generates and writes a report. */
  const made = <Q extends 'report' | 'assessment'>(
    context: Context<ApiEnv>,
    question: Q,
    given: GivenTo<Q>,
    written?: Written<FoundBy<Q>>,
  ): Promise<Response> =>
    answerLong<Q>(
      context,
      ledger,
      PeriodQuestion as QuestionOf<AskedFor<Q>>,
      async (asked) => E.right({ question, asked: asOfPeriod(asked), given } as unknown as AskedWidely<Q>),
      (asked, signal) => ledger.questions.askWidely(asked, signal),
      undefined,
      written,
    );

  const answerReport = (context: Context<ApiEnv>, name: ReportName): Promise<Response> => {
    const wanted = wantedType(context, ['application/json', 'text/html', 'text/csv']);
    if (wanted === 'text/html')
      return made(context, 'report', { name }, (report, { clocks }) => {
        context.header('Content-Security-Policy', contentSecurityPolicy);
        return context.html(htmlOf(reportDocument(report, wireClocks(clocks))), 200, clockHeaders(clocks));
      });
    if (wanted === 'text/csv')
      return made(context, 'report', { name }, (report, { clocks }) =>
        context.body(reportCsv(report), 200, {
          'Content-Type': 'text/csv; charset=utf-8; header=present',
          ...clockHeaders(clocks),
        }),
      );
    if (name === 'assessment')
      return made(context, 'assessment', {}, (found, { clocks }) =>
        sendJson(context, found, 200, clockHeaders(clocks)),
      );
    return made(context, 'report', { name });
  };

  routes.get(
    '/reports/:name',
    describeQuestion(
      'A report: processing (GDPR, Article 30), transfers, backups, 28-cfr-202 (28 CFR 202.1101), assessment (as JSON: OSCAL assessment results). Accept: text/html returns a page, and text/csv CSV',
      PeriodQuestion,
      answerOf(Report),
      ['name'],
    ),
    (context) => {
      const name = ReportName.decode(context.req.param('name'));
      if (E.isRight(name)) return answerReport(context, name.right);
      return problem(context, {
        kind: 'unknown',
        what: 'report',
        detail: `expected one of ${ReportName.words.join(', ')}`,
      });
    },
  );

  return routes;
};
