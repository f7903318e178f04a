/**
 * The message about a finding: the payload of a webhook by Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks).
 *
 * It names no person. A finding has the number of people concerned, and the ledger can be asked who they are.
 */
import { createHash, createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { DifferingFindingRow } from '../../contract/rows/policy.ts';

/** How a finding changed. */
export const changes = ['opened', 'lengthened', 'shortened', 'closed'] as const;
export type Change = (typeof changes)[number];

export interface Message {
  /** The same whenever this message is sent, so that a receiver can recognise repetitions. */
  readonly id: string;
  /** JSON in one line. */
  readonly body: string;
}

/**
 * The message about a changed finding.
 *
 * @param knownAt when the last event that changed it was recorded.
 * @param position the position of that event.
 */
export const messageOf = (
  change: Change,
  { counts: _, countsLeftOut: __, path, ...finding }: DifferingFindingRow,
  { knownAt, position }: { readonly knownAt: string; readonly position: string },
): Message => {
  const way = path.map(({ edge, to }) => ({ edge, to }));
  const id = createHash('sha256')
    .update(JSON.stringify([position, change, finding.finding, finding.from, finding.to]))
    .digest('base64url');
  const data = { change, position, ...finding, path: way };
  return {
    id: `msg_${id.slice(0, 27)}`,
    body: JSON.stringify({ type: `finding.${change}`, timestamp: knownAt, data }),
  };
};

const secretPrefix = 'whsec_';
/** The minimum size of a secret by Standard Webhooks, in bytes. */
const secretBytesMin = 24;
const secretBytesMax = 64;

/** The secrets in a file, one per line. All of them sign, so that a receiver can switch from one to the next. */
export const readSecrets = (text: string): E.Either<string, ReadonlyArray<Buffer>> => {
  const lines = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const secrets: Buffer[] = [];
  for (const [index, line] of lines.entries()) {
    const key = Buffer.from(line.slice(secretPrefix.length), 'base64');
    if (!line.startsWith(secretPrefix) || key.length < secretBytesMin || key.length > secretBytesMax)
      return E.left(
        `line ${index + 1}: expected ${secretPrefix} and ${secretBytesMin} to ${secretBytesMax} bytes in base64`,
      );
    secrets.push(key);
  }
  return secrets.length === 0 ? E.left('expected a secret') : E.right(secrets);
};

/** The headers that sign a message, at an instant in seconds since 1970. */
export const signedHeaders = (
  { id, body }: Message,
  secrets: ReadonlyArray<Buffer>,
  seconds: number,
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': secrets
    .map((secret) => `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`)
    .join(' '),
});
