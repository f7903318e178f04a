/**
 * Policies that the demo adopts for the founding case, through the API. It shows the findings of each over the
 * whole history, and what the rule of 2022 would have found if it had been in force from 2019.
 */
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Client, type EventInputOf, everyRow } from '../../client/client.ts';
import type { FindingRow, WireDifference } from '../../contract/rows/policy.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { type PolicyPack, readPacks } from '../../ledger/policy-packs.ts';
import { type Failure, invalidUse, replyFrom } from '../invocation/failure.ts';
import { kindText } from '../terminal/path-text.ts';
import { type Column, tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment, wholeNumber } from '../terminal/wording.ts';

const packsDirectory = fileURLToPath(new URL('../../../policies/', import.meta.url));

/** The packs that apply to the case, which involves neither China nor data brokers. */
const packsOfTheCase = ['28-cfr-202', 'eo-13942', 'eo-14034', 'gdpr-chapter-v', 'russia-242-fz'];

/** The promise that TikTok made on 17 June 2022, as a rule. */
const promise = {
  policy: 'us-data-2022',
  title: 'ByteDance reaches no data of US users (the announcement of 2022)',
  cedar: `@id("bytedance-reaches-us-data")
forbid(principal in Party::"bytedance", action == Action::"reach", resource)
when { resource.jurisdiction == "US" };
`,
  // The time of the announcement, which is also when the data moved.
  effectiveFrom: '2022-06-17T12:00:00Z',
};

/** The rule is simulated from the year of the company's first statement. */
const triedFrom = '2019-01-01';

type Adoption = EventInputOf<'PolicyAdopted'>;

const adoption = (id: string, data: Adoption['data']): Adoption => ({
  id,
  source: 'urn:domicile:demo:policies',
  type: 'PolicyAdopted',
  time: formatInstant(Date.parse(data.effectiveFrom)),
  data,
});

const adoptionOf = ({ name, proposal }: PolicyPack): Adoption => {
  const { effectiveFrom, effectiveUntil, ...rest } = proposal;
  return adoption(`adopted-${name}`, {
    ...rest,
    effectiveFrom: formatInstant(effectiveFrom),
    ...(effectiveUntil === undefined ? {} : { effectiveUntil: formatInstant(effectiveUntil) }),
  });
};

const dayOf = (wire: string | null, otherwise: string): string =>
  wire === null ? otherwise : moment(wire).slice(0, 10);

/** The findings of one version of a policy. */
interface Found {
  readonly policy: string;
  readonly findings: ReadonlyArray<FindingRow>;
}

const mostPeople = ({ findings }: Found): number =>
  Math.max(...findings.flatMap(({ counts }) => counts.map(({ subjects }) => subjects)));

const spanOf = ({ findings }: Found): string => {
  const first = findings.map(({ from }) => from ?? '').sort()[0] ?? '';
  const last = findings.some(({ to }) => to === null)
    ? null
    : findings
        .map(({ to }) => to!)
        .sort()
        .at(-1)!;
  return `${dayOf(first, '')} to ${dayOf(last, 'today')}`;
};

const foundColumns: ReadonlyArray<Column<Found>> = [
  { title: 'Policy', cell: ({ policy }) => policy },
  {
    title: 'Violated',
    cell: ({ findings }) => wholeNumber(findings.filter(({ verdict }) => verdict === 'violated').length),
    align: 'right',
    style: () => 'red',
  },
  {
    title: 'Not judged',
    cell: ({ findings }) => wholeNumber(findings.filter(({ verdict }) => verdict !== 'violated').length),
    align: 'right',
  },
  {
    title: 'Open',
    cell: ({ findings }) => wholeNumber(findings.filter(({ to }) => to === null).length),
    align: 'right',
  },
  { title: 'Most people', cell: (found) => wholeNumber(mostPeople(found)), align: 'right' },
  { title: 'When', cell: spanOf },
  {
    title: 'Who',
    cell: ({ findings }) =>
      [...new Set(findings.flatMap(({ party }) => party ?? []))].sort().join(', ') || 'the site’s operator',
  },
];

interface Change {
  readonly change: string;
  readonly finding: FindingRow;
  readonly was: string;
}

const changesOf = ({ opened, lengthened }: WireDifference): ReadonlyArray<Change> => [
  ...opened.map((finding) => ({ change: 'opened', finding, was: '' })),
  ...lengthened.map((finding) => ({
    change: 'lengthened',
    finding,
    was: finding.was.map(({ from }) => `since ${dayOf(from, 'ever')}`).join(', '),
  })),
];

const changeColumns: ReadonlyArray<Column<Change>> = [
  { title: 'Finding', cell: ({ change }) => change },
  { title: 'Who', cell: ({ finding }) => finding.party ?? '' },
  {
    title: 'Reaches',
    cell: ({ finding: { holding } }) =>
      `${holding.dataset}, ${holding.kind === null ? 'anywhere' : kindText({ kind: holding.kind, backup: holding.backup })}`,
  },
  { title: 'At', cell: ({ finding }) => finding.holding.site ?? '' },
  {
    title: 'From',
    cell: ({ finding }) => dayOf(finding.from, 'ever'),
  },
  { title: 'To', cell: ({ finding }) => dayOf(finding.to, 'still so') },
  { title: 'Was', cell: ({ was }) => was },
  { title: 'People', cell: ({ finding }) => wholeNumber(finding.subjects), align: 'right' },
];

const packsThatFit = (): E.Either<Failure, ReadonlyArray<PolicyPack>> =>
  pipe(
    readPacks(packsDirectory),
    E.bimap(
      (malformed) => invalidUse(`invalid policies: ${malformed.map(({ name }) => name).join(', ')}`),
      (packs) => packs.filter(({ proposal }) => packsOfTheCase.includes(proposal.policy)),
    ),
  );

const showFound = (rows: ReadonlyArray<FindingRow>, versions: number, terminal: Terminal): void => {
  const byVersion = [...Map.groupBy(rows, ({ policy, version }) => `${policy} ${version}`)];
  terminal.out(terminal.style('bold', 'Which policies did that break?'));
  terminal.out('');
  terminal.out(
    tableOf(
      byVersion.map(([policy, findings]) => ({ policy, findings })),
      foundColumns,
      terminal,
    ),
  );
  terminal.out('');
  terminal.out(
    `${counted(versions, 'version', 'versions')} of policies were adopted. Each was judged for the whole time that it was in force.`,
  );
  terminal.out(
    'Missing data counts as “not judged”, never as compliance. Each rule in policies/ states what it does not model, and so do its findings.',
  );
};

const showTried = (difference: WireDifference, terminal: Terminal): void => {
  const { opened, closed, lengthened, shortened } = difference;
  terminal.out('');
  terminal.out('');
  terminal.out(
    terminal.style(
      'bold',
      'What if the rule of June 2022 had held from 2019? This is a trial; nothing is recorded:',
    ),
  );
  terminal.out('');
  terminal.out(tableOf(changesOf(difference), changeColumns, terminal));
  terminal.out('');
  terminal.out(
    `${opened.length} opened, ${closed.length} closed, ${lengthened.length} lengthened, ${shortened.length} shortened. What the rule forbade had gone on for years,`,
  );
  terminal.out('and it went on afterwards, through the backups and the team.');
};

/** Adopts the policies, then shows their findings and those that the rule of 2022 would have had. */
export const showPolicies = (ledger: Client, terminal: Terminal): TE.TaskEither<Failure, void> =>
  pipe(
    TE.Do,
    TE.bind('packs', () => TE.fromEither(packsThatFit())),
    TE.bind('recorded', ({ packs }) =>
      replyFrom(ledger.url, () =>
        ledger.events.emitBatch([...packs.map(adoptionOf), adoption('adopted-us-data-2022', promise)]),
      ),
    ),
    TE.bind('found', ({ recorded: { position: atLeast } }) =>
      replyFrom(ledger.url, () => everyRow((page) => ledger.findings.list(page), { atLeast })),
    ),
    TE.tapIO(
      ({ packs, found }) =>
        () =>
          showFound(found.data, packs.length + 1, terminal),
    ),
    TE.flatMap(() =>
      replyFrom(ledger.url, () =>
        ledger.policies.simulate({
          policy: promise.policy,
          cedar: promise.cedar,
          effectiveFrom: triedFrom,
        }),
      ),
    ),
    TE.map(({ data }) => showTried(data, terminal)),
  );
