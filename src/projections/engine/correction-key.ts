/**
 * What corrections are filed under: the source and id of the event that they are about.
 */
import { type Topic, TopicHash } from '../topic-hash.ts';
import { topic } from '../topics.ts';

/** The hash of a source and id. */
export type CorrectionKey = Topic;

// The hash begins as that of a topic of kind `policies`, because files on disk were written so; it is no such topic.

/** The key of the corrections of the event with this source and id. */
export const correctionKey = (source: string, id: string): CorrectionKey =>
  topic('policies', `${source}\n${id}`);

/** The beginning of the keys of all events from a source. */
export const correctionKeysOf = (source: string): TopicHash => TopicHash.of(`policies ${source}\n`);
