/**
 * The findings of the pack for 28 CFR part 202 in the founding case (R23): who is a covered person, and who is not
 * since the joint venture, of which ByteDance holds 19.9 percent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatInstant } from '../../src/domain/time/instant.ts';
import { readPacks } from '../../src/ledger/policy-packs.ts';
import { sent } from '../support/given-events.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const root = join(import.meta.dirname, '../..');

describe('28 CFR part 202 in the founding case', () => {
  const server = sharedLedger();
  let atLeast: string;
  beforeAll(async () => {
    const packs = readPacks(join(root, 'policies'));
    if (E.isLeft(packs)) throw new Error(JSON.stringify(packs.left));
    const { proposal } = packs.right.find(({ name }) => name === '28-cfr-202')!;
    const events = readFileSync(join(root, 'scenarios/tiktok-us/events.ndjson'), 'utf8');
    await server.record(
      events
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    const effectiveFrom = formatInstant(proposal.effectiveFrom);
    const data = { ...proposal, effectiveFrom, effectiveUntil: undefined };
    atLeast = await server.record([sent('adopted', 'PolicyAdopted', data, { time: effectiveFrom })]);
  });

  const whoAt = async (validAt: string) => {
    const rows = await server.rows('/v1/findings', { policy: '28-cfr-202', open: 'true', validAt, atLeast });
    for (const { verdict, reason, limits } of rows) {
      expect([verdict, reason]).toEqual(['violated', null]);
      expect(limits).toMatch(/^Any number of people counts as bulk/);
    }
    return [...new Set(rows.map(({ party }) => party))].sort();
  };

  it('covers ByteDance’s engineers in China, TikTok, which it owns, and its team, until the joint venture takes over', async () => {
    expect(await whoAt('2025-12-31')).toEqual(['bytedance', 'cn-engineers', 'tiktok', 'tiktok-us-ds']);
  });

  it('covers neither the joint venture nor its team, since ByteDance holds only 19.9 percent of it', async () => {
    expect(await whoAt('2026-11-01')).toEqual(['bytedance', 'tiktok']);
  });
});
