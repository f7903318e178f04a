/**
 * The check of every stored event against the tree (V13).
 */
import { compareWithTree } from '../../integrity/follow-log.ts';
import { sentenceOfStop } from '../../integrity/merkle-log.ts';
import type { TreeReader } from '../../integrity/tree-file.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { type Check, count, failed, ok, warning } from '../examine/check.ts';

/** Checks each event of the log against its leaf. */
export function* checkLog(log: LogReader, tree: TreeReader): Generator<number, Check> {
  const name = 'log';
  for (const step of compareWithTree(log, tree)) {
    if ('kind' in step)
      return failed(name, sentenceOfStop(step), `All events before position ${step.position} are intact`);
    yield step.agreedUpTo;
  }
  const [hashed, head] = [tree.size(), log.head()];
  return head > hashed
    ? warning(
        name,
        `${count.format(hashed)} events match their hashes, and ${count.format(head - hashed)} are not hashed yet`,
        'Start the server, which hashes them',
      )
    : ok(name, `${count.format(hashed)} events match their hashes`);
}
