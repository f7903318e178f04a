/** Stored events of every version can be read today. */
import { readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { decodeStored, encodeStored, storedVersion } from '../../../src/domain/events/stored.ts';
import { formatInstant } from '../../../src/domain/time/instant.ts';

const golden = new URL('../../golden/', import.meta.url);
const linesOf = (version: number): ReadonlyArray<string> =>
  readFileSync(new URL(`stored-v${version}.ndjson`, golden), 'utf8')
    .trim()
    .split('\n');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const versions = Array.from({ length: storedVersion + 1 }, (_, version) => version);

describe('a stored event', () => {
  it('has a golden file for every version there ever was', () => {
    const stored = readdirSync(golden).filter((name) => name.startsWith('stored-'));
    expect(stored.sort()).toEqual(versions.map((version) => `stored-v${version}.ndjson`));
  });

  it.each(versions)('of version %i is read as the current event', (version) => {
    const events = linesOf(version).map((line) => decodeStored(bytesOf(line)));

    expect(events.every(E.isRight)).toBe(true);
    const [placed, taken] = events.flatMap((event) => (E.isRight(event) ? [event.right] : []));
    expect(placed).toMatchObject({ type: 'DataPlaced', assurance: 'observed', data: { site: 'virginia' } });
    expect(taken).toMatchObject({
      type: 'BackupTaken',
      assurance: 'claimed',
      evidence: 'urn:example:statement',
    });
    expect(taken?.type === 'BackupTaken' && formatInstant(taken.data.expires!)).toBe(
      '2022-03-01T00:00:00.000Z',
    );
  });

  it('is written in the current version, byte for byte like the golden file', () => {
    for (const line of linesOf(storedVersion)) {
      const event = decodeStored(bytesOf(line));
      expect(E.isRight(event) && new TextDecoder().decode(encodeStored(event.right))).toBe(line);
    }
  });

  it.each([
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe])],
    ['a text that is no JSON', bytesOf('{"id":')],
    [
      'a version of a later Domicile',
      bytesOf(linesOf(1)[0]!.replace('"storedversion":1', '"storedversion":99')),
    ],
    ['an event of a type that is not known', bytesOf(linesOf(1)[0]!.replace('DataPlaced', 'DataTeleported'))],
  ])('cannot be read from %s, and the reason is given', (_, bytes) => {
    const decoded = decodeStored(bytes);

    expect(E.isLeft(decoded) && decoded.left[0]!.message.length).toBeGreaterThan(0);
  });
});
