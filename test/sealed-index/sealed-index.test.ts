/** When the thread that seals a log is started. */
import { expect, it } from 'vitest';
import type { MerkleLog } from '../../src/integrity/merkle-log.ts';
import { SealedIndex } from '../../src/sealed-index/sealed-index.ts';

/** A sealed index that counts the starts of its thread instead, and a log that says when it is signed. */
const sealing = () => {
  const listeners = new Set<() => void>();
  const merkle = {
    state: { signed: { size: 64, madeAt: 0, note: '' } },
    agreed: true,
    watch: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as MerkleLog;
  class Counting extends SealedIndex {
    starts = 0;
    protected override start(): void {
      this.starts++;
    }
  }
  const sealed = new Counting(
    {
      logFile: 'log',
      indexFile: 'index',
      treeFile: 'tree',
      keyFile: 'keys',
      origin: 'example.org/ledger',
      witnesses: undefined,
    },
    merkle,
  );
  const signed = () => {
    for (const listener of listeners) listener();
  };
  return { sealed, signed };
};

it('a log is sealed once a stretch of it is signed', () => {
  const { sealed, signed } = sealing();
  signed();
  expect(sealed.starts).toBe(1);
});

it('what is signed while a ledger closes is left for the next start', () => {
  const { sealed, signed } = sealing();
  sealed.endFollowing();
  signed();
  expect(sealed.starts).toBe(0);
});
