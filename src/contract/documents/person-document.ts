/**
 * Everything about one person, as a document (GDPR, Article 15).
 */
import type { Assurance } from '../../domain/events/words.ts';
import type { Clocks } from '../answers.ts';
import type { WireEvent } from '../rows/events.ts';
import type { PersonFile } from '../rows/person.ts';
import type { WirePathEdge } from '../rows/reach.ts';
import { cell, type Document, type DocumentSection, timeText } from './document.ts';

const pathText = (path: ReadonlyArray<WirePathEdge>): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join(', ');

const place = ({ kind, backup }: { readonly kind: string | null; readonly backup: string | null }): string =>
  kind === 'backup' ? `backup ${backup ?? ''}` : (kind ?? '');

const howText: Readonly<Record<string, string>> = {
  accessed: 'accessed it',
  stored: 'stored it',
  granted: 'was permitted to reach it',
  'could-reach': 'could reach it',
};

const still = 'still so';
const ever = 'ever';

const sectionsOf = (file: PersonFile): ReadonlyArray<DocumentSection> => [
  {
    title: 'Where the data is',
    says: [],
    columns: ['Data', 'Site', 'Country', 'Operator', 'Kind', 'Since', 'Attested'],
    rows: file.residency.map((row) => [
      cell(row.dataset),
      cell(row.site),
      cell(row.country),
      cell(row.operator),
      cell(`${place(row)}${row.overdue ? ', overdue' : ''}`),
      cell(timeText(row.since, ever), row.events),
      cell(row.assurance),
    ]),
    empty: 'Nowhere, as far as the ledger knows.',
  },
  {
    title: 'What it is',
    says: ['The sources are those that reported how the data came to be there.'],
    columns: ['Data', 'Name', 'Categories', 'Controller', 'Held', 'Sources'],
    rows: file.datasets.map((row) => [
      cell(row.dataset),
      cell(row.name),
      cell(row.categories.length === 0 ? null : row.categories.join(', ')),
      cell(row.controller),
      cell(row.held ? 'yes' : 'no longer'),
      cell(row.sources.join(', ')),
    ]),
    empty: 'No data is known.',
  },
  {
    title: 'To whom it was disclosed, and who else could reach it',
    says: ['If the data is erased, those who stored or accessed it must be notified (GDPR, Article 19).'],
    columns: ['Party', 'Name', 'Country', 'How', 'Data', 'From', 'To', 'To be told'],
    rows: file.recipients.map((row) => [
      cell(row.party),
      cell(row.name),
      cell(row.country),
      cell(row.how.map((each) => howText[each]).join(', '), row.events),
      cell(row.datasets.join(', ')),
      cell(timeText(row.from, ever)),
      cell(timeText(row.to, still)),
      cell(row.disclosed ? 'yes' : 'no'),
    ]),
    empty: 'Nobody but the controller, as far as the ledger knows.',
  },
  {
    title: 'For what purposes',
    says: ['Permissions over the data, with the purpose and the basis that each names.'],
    columns: ['Permission', 'Party', 'Purpose', 'Basis', 'May', 'From', 'To'],
    rows: file.purposes.map((row) => [
      cell(row.grant, row.events),
      cell(row.party),
      cell(row.purpose),
      cell(row.basis),
      cell(row.actions.join(', ')),
      cell(timeText(row.from, ever)),
      cell(timeText(row.to, still)),
    ]),
    empty: 'No permission is known.',
  },
  {
    title: 'Who did access it',
    says: [],
    columns: ['When', 'Party', 'Name', 'What', 'Data', 'Site', 'Of'],
    rows: file.accesses.map((row) => [
      cell(timeText(row.at, ever), row.events),
      cell(row.party),
      cell(row.name),
      cell(row.action),
      cell(row.dataset),
      cell(row.site),
      cell(row.ofPopulation === null ? 'this person' : `everybody in ${row.ofPopulation}`),
    ]),
    empty: 'No access is known.',
  },
  {
    title: 'Which backups hold it',
    says: file.erasureOpen
      ? ['An erasure is open: data of this person counts as held until its destruction is confirmed.']
      : [],
    columns: ['Backup', 'Data', 'Site', 'Taken', 'Expires', 'State'],
    rows: file.backups.map((row) => [
      cell(row.backup, row.events),
      cell(row.dataset),
      cell(row.site),
      cell(timeText(row.takenAt, ever)),
      cell(row.expires === null ? null : timeText(row.expires, '')),
      cell(row.state),
    ]),
    empty: 'None.',
  },
  {
    title: 'Erasures',
    says: [],
    columns: ['When', 'What'],
    rows: file.erasures.map((row) => [
      cell(timeText(row.at, ever), row.events),
      cell(
        row.kind === 'person'
          ? 'the person, from this ledger'
          : `live data${row.dataset === null ? '' : ` of ${row.dataset}`}`,
      ),
    ]),
    empty: 'None.',
  },
  {
    title: 'Which policies that broke',
    says: [],
    columns: ['Policy', 'Rule', 'Verdict', 'Data', 'Party', 'From', 'To'],
    rows: file.findings.map((row) => [
      cell(`${row.policy} ${row.version}`),
      cell(row.rule),
      cell(row.verdict === 'violated' ? 'violated' : 'could not be judged', row.events),
      cell([row.holding.dataset, row.holding.site, place(row.holding)].filter(Boolean).join(', ')),
      cell(row.party ?? ''),
      cell(timeText(row.from, ever)),
      cell(timeText(row.to, still)),
    ]),
    empty: 'None of those that were adopted.',
  },
  {
    title: 'Populations',
    says: [],
    columns: ['Population', 'Jurisdiction', 'From', 'To'],
    rows: file.populations.map((row) => [
      cell(row.name ?? row.population, row.events),
      cell(row.jurisdiction),
      cell(timeText(row.from, ever)),
      cell(timeText(row.to, still)),
    ]),
    empty: 'None.',
  },
  {
    title: 'Where the data was',
    says: [],
    columns: ['Data', 'Site', 'Country', 'Operator', 'Kind', 'From', 'To', 'Attested'],
    rows: file.history.map((row) => [
      cell(row.dataset),
      cell(row.site),
      cell(row.country),
      cell(row.operator),
      cell(place(row)),
      cell(timeText(row.from, ever), row.events),
      cell(timeText(row.to, still)),
      cell(row.assurance),
    ]),
    empty: 'Nowhere, as far as the ledger knows.',
  },
  {
    title: 'Who could reach it, and how',
    says: [],
    columns: ['Party', 'Data', 'Site', 'Kind', 'From', 'To', 'How'],
    rows: file.reach.flatMap(({ party, intervals }) =>
      intervals.map(({ from, to, holding, path }) => [
        cell(party),
        cell(holding.dataset),
        cell(holding.site),
        cell(place(holding)),
        cell(timeText(from, ever)),
        cell(timeText(to, still)),
        cell(pathText(path), [...new Set(path.flatMap(({ events }) => events))]),
      ]),
    ),
    empty: 'Nobody, as far as the ledger knows.',
  },
  {
    title: 'Who asked this ledger about the person',
    says: [`Up to ${timeText(file.readsUpTo, '')} UTC.`],
    columns: ['When', 'Who', 'What was asked'],
    rows: file.reads.map((row) => [
      cell(timeText(row.at, ever)),
      cell(row.reader ?? 'somebody without a key'),
      cell(row.question),
    ]),
    empty: 'Nobody.',
  },
  {
    title: 'Every event that touched the data',
    says: [],
    columns: ['Position', 'True from', 'Event', 'Source', 'Why it is here'],
    rows: file.trail.map(({ event, why }) => [
      cell(event.position, [event.position]),
      cell(timeText(event.time, ever)),
      cell(event.type),
      cell(event.source),
      cell(why.join('\n')),
    ]),
    empty: 'None.',
  },
];

/** What an answer with a minimum assurance counts, in words. */
const counted: Readonly<Record<Assurance, string>> = {
  claimed: 'everything that is recorded, however it is attested',
  observed: 'only what is observed or verified',
  verified: 'only what is verified',
};

const about = (
  file: PersonFile,
  { validAt, knownAt, position }: Clocks,
  minAssurance: Assurance,
): Document['about'] => [
  ['Person', file.subject],
  ['As it was', `${timeText(validAt, '')} UTC`],
  ['As known', `${timeText(knownAt, '')} UTC, position ${position}`],
  ['Counted', counted[minAssurance]],
];

/**
 * The file as a document. Its events are those of the trail, which are all that affected the data.
 *
 * @param minAssurance with which the file was asked for: the document says what it leaves out.
 */
export const personDocument = (
  file: PersonFile,
  clocks: Clocks,
  minAssurance: Assurance = 'claimed',
): Document => ({
  title: 'What is known about one person’s data',
  about: about(file, clocks, minAssurance),
  says: [
    'This is what the ledger knows, with the events that show it. Unknown values are marked as such.',
    ...(minAssurance === 'claimed'
      ? []
      : [
          `Not all is shown: what is attested less well than ${minAssurance} is left out. Ask without a minimum assurance for everything.`,
        ]),
    ...(file.cut.length === 0
      ? []
      : [
          `Not all is shown: there is more in ${file.cut.join(', ')}. Ask with a higher limit, or for these lists alone.`,
        ]),
  ],
  sections: sectionsOf(file),
  events: file.trail.map(({ event }: { readonly event: WireEvent }) => event),
});
