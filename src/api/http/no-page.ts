/** The page for browsers at addresses that do not exist, instead of problem details in JSON. */
import type { Context } from 'hono';
import { pageUnder } from './base-path.ts';

/** Paths of the API, whose callers are programs. */
const ofApi = /^\/(v1|api|log)\//;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>No page at this address: Domicile</title>
<h1>There is no page at this address</h1>
<p>Go to <a href="/">the console</a>, or read <a href="/reference">the reference of the HTTP API</a>.</p>
</html>
`;

/** Whether a browser requests a page. */
export const asksForPage = ({ req }: Context): boolean =>
  req.method === 'GET' && !ofApi.test(req.path) && (req.header('accept') ?? '').includes('text/html');

/** The page, with status 404. */
export const noPage = (context: Context): Response => {
  context.header('Cache-Control', 'no-store');
  return context.html(pageUnder(context.get('basePath') ?? '', page), 404);
};
