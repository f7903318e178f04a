/** The entry of an event: canonical JSON (RFC 8785) of fixed members, whatever the names contain. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256Hex } from '#sha256';
import { type LoggedEvent, leafOf, logEntry } from '../../src/integrity/log-entry.ts';
import { leafHash } from '../../src/integrity/merkle-tree.ts';

const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const events: fc.Arbitrary<LoggedEvent> = fc.record({
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  recordedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  source: names,
  id: names,
  type: fc.constantFrom('DataMoved', 'BackupTaken'),
  recordedBy: fc.option(names),
  authority: fc.option(fc.constantFrom('emit', 'admin correct emit')),
  bytes: fc.uint8Array({ maxLength: 50 }),
});

it('has the members of its version, sorted, and the hash of the stored bytes; its leaf is that of RFC 6962', () => {
  fc.assert(
    fc.property(events, (event) => {
      const entry = logEntry(event);
      const members = JSON.parse(Buffer.from(entry).toString());
      expect(members).toEqual({
        authority: event.authority,
        id: event.id,
        position: event.position,
        recordedat: new Date(event.recordedAt).toISOString(),
        recordedby: event.recordedBy,
        sha256: sha256Hex(event.bytes),
        source: event.source,
        type: event.type,
        v: 1,
      });
      expect(Object.keys(members)).toEqual(Object.keys(members).toSorted());
      expect(Buffer.from(entry).toString()).toBe(JSON.stringify(members));
      expect(Buffer.from(leafOf(event))).toEqual(Buffer.from(leafHash(entry)));
    }),
  );
});
