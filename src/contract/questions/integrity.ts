/** Questions for verifying the log. */
import { limit, position } from './parameter.ts';
import { question } from './question.ts';

/** Two sizes of the log, in events. */
export const ConsistencyQuestion = question({
  from: position('The size of the earlier log, in events.'),
  to: position('The size of the later log, in events (default: that of the last checkpoint).'),
});

/** Checkpoints, the largest first. */
export const CheckpointsQuestion = question({
  upTo: position('Only checkpoints of up to this size.'),
  limit: limit('The number of checkpoints.'),
});
