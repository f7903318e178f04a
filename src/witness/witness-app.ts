/**
 * The HTTP interface of a witness: `add-checkpoint` and the retrieval for monitors of C2SP tlog-witness, and a page
 * that describes the witness.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Witness } from './witness.ts';

/**
 * The maximum size of an `add-checkpoint` body: 63 hashes, and a checkpoint with a dozen signatures by ML-DSA-44.
 */
export const addCheckpointBytesMax = 65_536;

const textType = 'text/plain; charset=utf-8';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A description of the witness in plain text: its keys, and what it cosigned last. */
const aboutOf = (witness: Witness): string =>
  [
    `This is ${witness.name}, a witness for transparency logs (C2SP tlog-witness), run with Domicile.`,
    'It cosigns a checkpoint of a log only with a proof that it continues the last one it cosigned.',
    '',
    'Its verifier keys:',
    ...witness.vkeys(),
    '',
    'The logs that it cosigns for, with the last cosigned size:',
    ...witness
      .logs()
      .map(({ origin, latest }) =>
        latest === undefined
          ? `${origin} (nothing yet)`
          : `${origin} ${latest.size}, at ${new Date(latest.at).toISOString()}`,
      ),
    '',
  ].join('\n');

/** The HTTP application of a witness. */
export const witnessApp = (witness: Witness, logger: Logger): Hono => {
  const app = new Hono();
  app.use(secureHeaders());

  app.post(
    '/add-checkpoint',
    bodyLimit({
      maxSize: addCheckpointBytesMax,
      onError: (context) => context.text(`the body is larger than ${addCheckpointBytesMax} bytes\n`, 413),
    }),
    async (context) => {
      const bytes = await context.req.arrayBuffer();
      const text = E.tryCatch(
        () => utf8.decode(bytes),
        () => 'the body is not UTF-8',
      );
      if (E.isLeft(text)) return context.text(`${text.left}\n`, 400);
      const answer = witness.addCheckpoint(text.right);
      if (E.isRight(answer)) return context.body(answer.right, 200, { 'Content-Type': textType });
      const refused = answer.left;
      logger.info(refused, 'not cosigned');
      return refused.status === 409
        ? context.body(`${refused.size}\n`, 409, { 'Content-Type': 'text/x.tlog.size' })
        : context.text(`${refused.message}\n`, refused.status);
    },
  );

  app.get('/', (context) => context.body(aboutOf(witness), 200, { 'Content-Type': textType }));
  app.get('/livez', (context) => context.json({ status: 'alive' }));
  app.get('/:origin{[0-9a-f]{64}}/checkpoint', (context) => {
    const note = witness.checkpointOf(context.req.param('origin'));
    return note === undefined
      ? context.text('no checkpoint of a log with this origin was cosigned here\n', 404)
      : context.body(note, 200, { 'Content-Type': textType, 'Cache-Control': 'public, max-age=1' });
  });

  app.onError((error, context) => {
    logger.error({ error: error.message }, 'request failed');
    return context.text('the witness has failed; nothing was cosigned\n', 500);
  });
  return app;
};
