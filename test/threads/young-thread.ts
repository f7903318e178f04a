/** A thread that tells how large its memory for young objects was at most, in MiB, while it made many. */
import { getHeapSpaceStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';

const kept: object[] = [];
let most = 0;
for (let made = 0; made < 2_000_000; made++) {
  kept[made % 200_000] = { made, and: [made] };
  if (made % 20_000 !== 0) continue;
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  most = Math.max(most, young?.space_size ?? 0);
}
parentPort!.postMessage(most / 1_024 ** 2);
