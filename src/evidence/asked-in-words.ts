/** The question of a bundle in words: its subject matter, clocks and parameters. */
import type { Bundle } from './bundle.ts';

/** A time for human readers, with seconds only if there are some. */
const timeInWords = (time: string): string =>
  `${time
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$/, '')
    .replace(/Z$/, '')} UTC`;

/** The person or thing that it is about, by name if the reader may know it. */
export const aboutInWords = ({ asked: { about, id }, identifiers = {} }: Bundle): string => {
  const name = identifiers[id];
  return `${about} ${name === undefined ? id : `${name} (known in the log as ${id})`}`;
};

/** The question, point by point. */
export const askedInWords = (bundle: Bundle): ReadonlyArray<string> => {
  const { validAt, knownPosition, minAssurance, from, to } = bundle.asked;
  const known = bundle.events.find(({ entry }) => String(entry.position) === knownPosition)?.entry.recordedat;
  const bound = (time: string | undefined, open: string): string =>
    time === undefined ? open : timeInWords(time);
  return [
    `about the ${aboutInWords(bundle)}`,
    `as it was true on ${timeInWords(validAt)}`,
    `as the ledger knew it at position ${knownPosition}${known === undefined ? '' : `, recorded on ${timeInWords(known)}`}`,
    `counting what is ${minAssurance} or better attested`,
    ...(from === undefined && to === undefined
      ? []
      : [`over the period from ${bound(from, 'the beginning')} to ${bound(to, 'now')}`]),
  ];
};

/** The answers of a bundle, each with its number of rows. */
export const answersInWords = ({ answers }: Bundle): string =>
  answers
    .map(({ question, data }) =>
      Array.isArray(data) ? `${question} (${data.length} ${data.length === 1 ? 'row' : 'rows'})` : question,
    )
    .join(', ');
