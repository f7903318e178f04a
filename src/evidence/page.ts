/**
 * A bundle as a page for human readers: the question, the answer with reasons, events and laws, and how to verify
 * it. The page is self-contained and can be printed.
 */
import { sha256Hex } from '#sha256';
import { escapedHtml } from '../contract/documents/escaped-html.ts';
import { aboutInWords, askedInWords } from './asked-in-words.ts';
import { type Bundle, formatBundle } from './bundle.ts';
import type { Json } from './canonical-json.ts';
import { pageStyle } from './page-style.ts';

type Row = Readonly<Record<string, Json>>;

const day = (time: Json | undefined): string =>
  typeof time === 'string' ? time.replace('T', ' ').replace(/(:00)?\.000Z$/, '') : '';

/** The file has the finer digits. */
const toTheSecond = (time: Json | undefined): string =>
  typeof time === 'string' ? day(time.replace(/\.\d{3}Z$/, '.000Z')) : '';

const table = (
  titles: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  name = '',
): string =>
  rows.length === 0
    ? '<p>Nothing.</p>'
    : `<table${name === '' ? '' : ` class="${name}"`}><thead><tr>${titles.map((title) => `<th>${escapedHtml(title)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escapedHtml(cell)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table>`;

const textOf = (value: Json | undefined): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

const listed = (value: Json | undefined): string =>
  Array.isArray(value) ? value.map(textOf).join(', ') : '';
const rowsOf = (data: unknown): ReadonlyArray<Row> =>
  Array.isArray(data) ? (data as ReadonlyArray<Row>) : [];
const kindOf = (row: Row): string =>
  row.kind === 'backup' ? `backup ${textOf(row.backup)}` : textOf(row.kind);
const until = (time: Json | undefined): string => (time === null ? 'still so' : day(time));
const since = (time: Json | undefined): string => (time === null ? 'the beginning' : day(time));

/** A path in words: each edge with its target. */
const pathOf = (path: Json | undefined): string =>
  Array.isArray(path)
    ? (path as ReadonlyArray<Row>).map(({ edge, to }) => `${textOf(edge)} ${textOf(to)}`).join(', ')
    : '';
const eventsOfPath = (path: Json | undefined): string =>
  Array.isArray(path) ? (path as ReadonlyArray<Row>).map(({ events }) => listed(events)).join(', ') : '';

/** What was reached, when, and along which path. */
const reached = (holding: Row, { from, to, path }: Row): ReadonlyArray<string> => [
  textOf(holding.dataset),
  textOf(holding.site),
  kindOf(holding),
  since(from),
  until(to),
  pathOf(path),
  eventsOfPath(path),
];

type Section = (data: unknown) => string;

const residency: Section = (data) =>
  table(
    ['Dataset', 'Site', 'Country', 'Operator', 'Kind', 'Since', 'Overdue', 'Attested', 'Events'],
    rowsOf(data).map((row) => [
      textOf(row.dataset),
      textOf(row.site),
      textOf(row.country),
      textOf(row.operator),
      kindOf(row),
      day(row.since),
      row.overdue === true ? 'overdue' : '',
      textOf(row.assurance),
      listed(row.events),
    ]),
  );

const history: Section = (data) =>
  table(
    ['From', 'To', 'Dataset', 'Site', 'Country', 'Operator', 'Kind', 'Attested', 'Events'],
    rowsOf(data).map((row) => [
      since(row.from),
      until(row.to),
      textOf(row.dataset),
      textOf(row.site),
      textOf(row.country),
      textOf(row.operator),
      kindOf(row),
      textOf(row.assurance),
      listed(row.events),
    ]),
  );

const reach: Section = (data) =>
  table(
    ['Party', 'Dataset', 'Site', 'Kind', 'From', 'To', 'Because it', 'Events'],
    rowsOf(data).flatMap((row) =>
      rowsOf(row.intervals).map((interval) => [
        textOf(row.party),
        ...reached(interval.holding as Row, interval),
      ]),
    ),
  );

const reachOfParty: Section = (data) =>
  table(
    ['Population', 'People', 'Dataset', 'Site', 'Kind', 'From', 'To', 'Because it', 'Events'],
    rowsOf(data).map((row) => [textOf(row.population), textOf(row.subjects), ...reached(row, row)]),
  );

const findings: Section = (data) =>
  table(
    ['Policy', 'Rule', 'Verdict', 'What', 'Party', 'From', 'To', 'People', 'Why', 'Events'],
    rowsOf(data).map((row) => {
      const holding = row.holding as Row;
      return [
        `${textOf(row.policy)}, version ${textOf(row.version)}`,
        textOf(row.rule),
        textOf(row.verdict),
        [holding.dataset, holding.site, holding.backup]
          .map(textOf)
          .filter((each) => each !== '')
          .join(', '),
        textOf(row.party),
        since(row.from),
        until(row.to),
        textOf(row.subjects),
        [pathOf(row.path), textOf(row.reason)].filter((each) => each !== '').join('; '),
        listed(row.events),
      ];
    }),
  );

const holdings: Section = (data) =>
  table(
    ['Dataset', 'Population', 'Kind', 'Since', 'Overdue', 'People'],
    rowsOf(data).map((row) => [
      textOf(row.dataset),
      textOf(row.population),
      kindOf(row),
      day(row.since),
      row.overdue === true ? 'overdue' : '',
      textOf(row.subjects),
    ]),
  );

const trail: Section = (data) =>
  table(
    ['Event', 'Why it is here'],
    rowsOf(data).map((row) => [textOf(row.event), listed(row.why)]),
  );

const policies: Section = (data) =>
  rowsOf(data)
    .map((policy) => {
      const versions = rowsOf(policy.versions)
        .map(
          (version) =>
            `<h4>Version ${escapedHtml(textOf(version.version))}, in force from ${escapedHtml(since(version.effectiveFrom))} to ${escapedHtml(until(version.effectiveUntil))}</h4><pre>${escapedHtml(textOf(version.cedar) || 'A built-in policy of the ledger.')}</pre>`,
        )
        .join('');
      const authority = textOf(policy.authority);
      return `<h3>${escapedHtml(textOf(policy.title))} (${escapedHtml(textOf(policy.policy))})</h3>${authority === '' ? '' : `<p>${escapedHtml(authority)}</p>`}${versions}`;
    })
    .join('') || '<p>None was broken.</p>';

const sections: Readonly<Record<string, readonly [title: string, show: Section]>> = {
  residency: ['Where the data was at that time', residency],
  history: ['Where the data was over time', history],
  reach: ['Who could reach it, and why', reach],
  'reach of a party': ['What it could reach, and why', reachOfParty],
  holdings: ['What the site held at that time', holdings],
  findings: ['Which policies that broke', findings],
  policies: ['Under which law', policies],
  trail: ['Every event that touched the data', trail],
};

const askedOf = (bundle: Bundle): string => {
  const [origin = '', size = ''] = bundle.checkpoint.split('\n');
  const points = [
    ...askedInWords(bundle),
    `of the log ${origin}, which had ${size} events when this was made`,
  ];
  return `<ul>${points.map((point) => `<li>${escapedHtml(point)}</li>`).join('')}</ul>`;
};

const eventsOf = ({ events }: Bundle): string =>
  table(
    ['Position', 'Learned', 'True from', 'Event', 'Says', 'Attested', 'Source'],
    events.map(({ entry, stored }) => {
      const { time, data, assurance } = JSON.parse(stored) as Row;
      return [
        String(entry.position),
        toTheSecond(entry.recordedat),
        toTheSecond(time),
        entry.type,
        textOf(data),
        textOf(assurance),
        `${entry.source} ${entry.id}`,
      ];
    }),
    'events',
  );

const encoder = new TextEncoder();

const checking = (bundle: Bundle): string => {
  const origin = bundle.checkpoint.split('\n')[0] ?? '';
  const digest = sha256Hex(encoder.encode(formatBundle(bundle)));
  return `<p>This page proves nothing by itself. The file with the extension <code>.domicile.json</code> contains the same answers, the events that they rest on, proofs that these were recorded, and a proof that no event is missing. The SHA-256 of that file is <code>${digest}</code>.</p>
<ol><li>Get the verifier key of the log <code>${escapedHtml(origin)}</code> from a source that its operator does not control, such as a witness or your regulator.</li>
<li>Run <code>domicile verify FILE.domicile.json --key VKEY</code>, without a network and without the ledger; or open the page <em>Check</em> of any Domicile console and drop the file there. The file does not leave your browser.</li>
<li>Both derive the answers again from the events in the file, and list the result of each check. If anything was removed, added or altered, the check fails and shows the place.</li></ol>
<p>Keys that the operator claims as its own:</p><pre>${bundle.verifierKeys.map(escapedHtml).join('\n')}</pre>
<p>Only the operator states who is behind a pseudonym: neither the log nor its witnesses know.</p>`;
};

/** The page of a bundle. */
export const evidencePage = (bundle: Bundle): string => {
  const title = `Evidence about the ${aboutInWords(bundle)}`;
  const shown = bundle.answers.map(({ question, data }) => {
    const isOfParty = question === 'reach' && bundle.asked.about === 'party';
    const [heading, show] = sections[isOfParty ? 'reach of a party' : question] ?? [
      question,
      (all: unknown) => `<pre>${escapedHtml(JSON.stringify(all, undefined, 2))}</pre>`,
    ];
    return `<h2>${escapedHtml(heading)}</h2>${show(data)}`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapedHtml(title)}</title><style>${pageStyle}</style></head><body>
<h1>${escapedHtml(title)}</h1>
<h2>What was asked</h2>${askedOf(bundle)}
${shown.join('\n')}
<h2>The events</h2>${eventsOf(bundle)}
<h2>How to check it</h2>${checking(bundle)}
</body></html>
`;
};
