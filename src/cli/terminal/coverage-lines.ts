/**
 * What an answer lacks, in words: what was not known yet, what a limit cut off, and which sources have not vouched
 * (R22).
 */
import type { Answer } from '../../client/client.ts';
import { counted, moment } from './wording.ts';

/** Sources to name in one line. */
const namedSourcesMax = 5;

const someOf = (names: ReadonlyArray<string>): string => {
  const more = names.length - namedSourcesMax;
  const named = names.slice(0, namedSourcesMax).join(', ');
  return more > 0 ? `${named} and ${counted(more, 'more', 'more')} (--format json lists all)` : named;
};

/** How far the sources have vouched; empty if none ever did and the answer has rows. */
const heardLines = (
  heardUntil: NonNullable<Answer<unknown>['clocks']['heardUntil']>,
  isEmpty: boolean,
): ReadonlyArray<string> => {
  const vouched = heardUntil.flatMap(({ source, upTo }) => (upTo === null ? [] : [{ source, upTo }]));
  const silent = heardUntil.flatMap(({ source, upTo }) => (upTo === null ? [source] : []));
  if (vouched.length === 0 && !isEmpty) return [];
  return [
    ...(vouched.length === 0
      ? []
      : [
          `Complete, according to the sources themselves: ${someOf(vouched.map(({ source, upTo }) => `${source} up to ${moment(upTo)}`))}.`,
        ]),
    ...(silent.length === 0
      ? []
      : [
          `Something may be missing, because these sources have never vouched for completeness: ${someOf(silent)}.`,
        ]),
  ];
};

/** Says that an answer is incomplete, and what to do. */
export const cutLines = ({ clocks, next, limitMet }: Answer<unknown>): ReadonlyArray<string> => [
  ...(clocks.knownNothing === true
    ? [
        'Nothing was known then: the first event of the ledger was recorded later. Give a later --known-at or --known-position, or none.',
      ]
    : []),
  ...(limitMet === true || next !== null
    ? [
        'This list is incomplete because a limit was reached. Ask for less, for example with --party, --site or a shorter period.',
      ]
    : []),
];

/** The lines below an answer that say what it may lack. */
export const coverageLines = (answer: Answer<unknown>, isEmpty: boolean): ReadonlyArray<string> => [
  ...cutLines(answer),
  ...heardLines(answer.clocks.heardUntil ?? [], isEmpty),
];
