/** A document as a self-contained page without scripts, for screens and paper. Equal documents give equal bytes. */
import type { Document, DocumentCell, DocumentSection } from './document.ts';
import { escapedHtml } from './escaped-html.ts';

/** The style of every page, which a server can allow by its hash. */
export const documentStyle = `
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 75rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.25rem; break-after: avoid; }
p { margin: 0.25rem 0; max-width: 60rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0.75rem 0; }
dt { color: #555; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-size: 0.85rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; min-width: 5.5em; }
th { border-bottom: 2px solid #555; }
.widest { font-size: 0.7rem; } .widest th, .widest td { padding: 0.2rem 0.3rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.unknown { color: #8a4b00; font-style: italic; }
.events { display: block; font-size: 0.75rem; color: #555; }
.events a { color: inherit; }
@page { size: A4; margin: 1.5cm; }
@page wide { size: A4 landscape; margin: 1.5cm; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 10pt; } .wide { page: wide; font-size: 0.75rem; } .widest { font-size: 0.55rem; } .widest th, .widest td { min-width: 4.8em; padding: 0.15rem 0.2rem; } .widest .events { font-size: inherit; } }
`;

/** Columns that fit on a portrait page; wider tables are landscape. */
const columnsOfPage = 7;
const columnsOnItsSide = 12;

/** Positions of events in the page's list, to which cells link. */
type Listed = ReadonlySet<string>;

const links = (events: ReadonlyArray<string>, listed: Listed): string => {
  if (events.length === 0) return '';
  const each = events.map((position) =>
    listed.has(position)
      ? `<a href="#e${escapedHtml(position)}">${escapedHtml(position)}</a>`
      : escapedHtml(position),
  );
  return `<span class="events">events ${each.join(' ')}</span>`;
};

const cellHtml = ({ value, events }: DocumentCell, listed: Listed): string =>
  `<td>${value === null ? '<span class="unknown">not known to the ledger</span>' : escapedHtml(value).replaceAll('\n', '<br>')}${links(events, listed)}</td>`;

const tableClass = (columns: number): string =>
  columns > columnsOnItsSide ? ' class="wide widest"' : columns > columnsOfPage ? ' class="wide"' : '';

const sectionHtml = ({ title, says, columns, rows, empty }: DocumentSection, listed: Listed): string =>
  [
    `<h2>${escapedHtml(title)}</h2>`,
    ...says.map((line) => `<p>${escapedHtml(line)}</p>`),
    ...(rows.length === 0
      ? [`<p>${escapedHtml(empty)}</p>`]
      : [
          `<table${tableClass(columns.length)}>`,
          `<thead><tr>${columns.map((column) => `<th scope="col">${escapedHtml(column)}</th>`).join('')}</tr></thead>`,
          '<tbody>',
          ...rows.map((row) => `<tr>${row.map((each) => cellHtml(each, listed)).join('')}</tr>`),
          '</tbody>',
          '</table>',
        ]),
  ].join('\n');

const eventsHtml = ({ events }: Document): string =>
  events.length === 0
    ? ''
    : [
        '<h2>Events</h2>',
        '<p>The numbers above are positions in the log. The ledger provides each event with its proof.</p>',
        '<table>',
        '<thead><tr><th scope="col">Position</th><th scope="col">Event</th><th scope="col">True from</th><th scope="col">Recorded</th><th scope="col">Source</th><th scope="col">Attested</th></tr></thead>',
        '<tbody>',
        ...events.map(
          ({ position, type, time, recordedat, source, assurance }) =>
            `<tr id="e${escapedHtml(position)}">${[position, type, time, recordedat, source, assurance].map((each) => `<td>${escapedHtml(each)}</td>`).join('')}</tr>`,
        ),
        '</tbody>',
        '</table>',
      ].join('\n');

/** The document as an HTML page. */
export const htmlOf = (document: Document): string => {
  const listed = new Set(document.events.map(({ position }) => position));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapedHtml(document.title)}</title>
<style>${documentStyle}</style>
</head>
<body>
<h1>${escapedHtml(document.title)}</h1>
<dl>
${document.about.map(([name, value]) => `<dt>${escapedHtml(name)}</dt><dd>${escapedHtml(value)}</dd>`).join('\n')}
</dl>
${document.says.map((line) => `<p>${escapedHtml(line)}</p>`).join('\n')}
${document.sections.map((section) => sectionHtml(section, listed)).join('\n')}
${eventsHtml(document)}
</body>
</html>
`;
};
