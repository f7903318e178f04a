/**
 * A log restored from a backup: projections that do not match it are rebuilt, and answers never contain what it
 * lacks.
 */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { many, placed } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { serverOfEachTest } from '../support/server-of-each-test.ts';

const own = serverOfEachTest();

/** How many people are held, once the ledger answers. */
const held = async (atLeast: string | number): Promise<number> => {
  await expect
    .poll(async () => (await own.server.get('/v1/sites/a/holdings', { atLeast })).status, { timeout: 20_000 })
    .toBe(200);
  const { body } = await own.server.get('/v1/sites/a/holdings', { atLeast });
  return body.data[0].subjects;
};

describe('a server that starts on projections', () => {
  it('that are longer than a restored log, answers from the log', async () => {
    await own.server.record([placed('placed', 'us', 'a'), ...many(10, 'kept-')]);
    await own.server.close();
    const backup = newDataDirectory();
    cpSync(own.directory, backup, { recursive: true });
    await own.open();
    await own.server.record(many(20, 'lost-'));
    expect(await held(31)).toBe(30);
    await own.server.close();
    for (const name of readdirSync(backup).filter((each) =>
      /^(log|vault|tree)\.sqlite|^signing-keys/.test(each),
    ))
      cpSync(join(backup, name), join(own.directory, name));
    removeDirectory(backup);
    await own.open();
    expect(await held(11)).toBe(10);
    const position = await own.server.record(many(40, 'later-'));
    expect(await held(position)).toBe(50);
    expect((await own.server.get('/v1/subjects/lost--subject-1/history')).status).toBe(404);
  });

  it('that are shorter than a restored log which has continued, answers from the log', async () => {
    await own.server.record([placed('placed', 'us', 'a')]);
    const other = newDataDirectory();
    const beyond = await LocalServer.open(other);
    await beyond.record([placed('placed-too', 'us', 'a'), ...many(100, 'beyond-')]);
    await beyond.close();
    await own.server.record(many(50, 'before-'));
    expect(await held(51)).toBe(50);
    await own.server.close();
    for (const name of readdirSync(other).filter((each) =>
      /^(log|vault|tree)\.sqlite|^signing-keys/.test(each),
    ))
      cpSync(join(other, name), join(own.directory, name));
    removeDirectory(other);
    await own.open();
    expect(await held(101)).toBe(100);
  });
});
