/** The key under which corrections are indexed: the source and id of their target. */
import { type Topic, TopicHash } from '../topic-hash.ts';
import { topic } from '../topics.ts';

/** The hash of a source and id. */
export type CorrectionKey = Topic;

// The hash starts like that of a topic of kind `policies`, as in existing files; it is no such topic.

/** The key of the corrections of the event with this source and id. */
export const correctionKey = (source: string, id: string): CorrectionKey =>
  topic('policies', `${source}\n${id}`);

/** The common prefix of the keys of all events from a source. */
export const correctionKeysOf = (source: string): TopicHash => TopicHash.of(`policies ${source}\n`);
