/**
 * Metrics, in the text format of Prometheus.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolled } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const directories = [newDataDirectory(), newDataDirectory()];
const servers: LocalServer[] = [];

beforeAll(async () => {
  for (const directory of directories) servers.push(await LocalServer.open(directory));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const directory of directories) removeDirectory(directory);
});

describe('the metrics of two ledgers in one process', () => {
  it('are separate', async () => {
    const [first, second] = servers as [LocalServer, LocalServer];
    const position = await first.record([enrolled('one', 'ana')]);
    const { headers, body } = await first.get('/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('# HELP domicile_log_head_position Position of the last event in the log.\n');
    expect(body).toContain('# TYPE domicile_log_head_position gauge\n');
    expect(body).toContain(`\ndomicile_log_head_position ${position}\n`);
    expect((await second.get('/metrics')).body).toContain('\ndomicile_log_head_position 0\n');
  });
});
