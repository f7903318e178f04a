/**
 * A person: where the data was at a moment, who could reach it, what is still held in backups, which rules that broke,
 * and all of it over time.
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { ResidencyRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-bar.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import {
  findingsOfSubject,
  firstEvent,
  historyOf,
  reachOfSubject,
  residencyOf,
  trailOf,
} from '../ledger/queries.ts';
import { useSession } from '../ledger/session.ts';
import { beginOf, endOf, holdsAt } from '../ledger/shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { countryName, Id, partyNameIn, siteNameIn, useNames } from '../parts/names.tsx';
import { Answered, Failure, isUnknown, Loading } from '../parts/states.tsx';
import { PersonSearch, useTitle } from '../shell.tsx';
import { expiries, type LaneGroup, siteLanes } from '../timeline/lanes.ts';
import { lateEvents } from '../timeline/lateness.ts';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { edgeLanes, findingLanes, partyLanes } from '../timeline/reach-lanes.ts';
import { useMoment } from '../timeline/use-moment.ts';
import { BackupsPanel } from './backups-panel.tsx';
import { FindingsPanel } from './findings-panel.tsx';
import { Legend } from './legend.tsx';
import { ReachPanel } from './reach-panel.tsx';
import { residencyIn } from './residency.ts';
import { WherePanel } from './where-panel.tsx';

const PersonMap = lazy(() => import('./person-map.tsx'));

/** No rows yet: always the same, so that nothing is worked out anew for it. */
const none: ReadonlyArray<never> = [];

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const UnknownPerson = ({ subject }: { subject: string }) => {
  const view = useView();
  const change = useChangeView();
  const { token } = useSession();
  const then = view.knownAt !== undefined || view.knownPosition !== undefined;
  return (
    <section className="state-page">
      <h1>
        Nobody is known by <Id>{subject}</Id>
      </h1>
      <p>
        {then
          ? 'As known at that point of the log, no event named this person. It may have been learned later.'
          : 'No event names this person: the identifier may be written otherwise, or the person was erased from the ledger. What was recorded about somebody erased stays, about nobody, under a pseudonym that nothing leads to.'}
      </p>
      {token === undefined ? null : (
        <p>
          A key without the scope <code>identify</code> knows people by their pseudonyms alone.
        </p>
      )}
      {then ? (
        <button type="button" onClick={() => change({ knownAt: undefined, knownPosition: undefined })}>
          Look as known now
        </button>
      ) : null}
      <PersonSearch label="Find this or another person" autoFocus />
    </section>
  );
};

const Prompt = () => (
  <section className="state-page">
    <h1>Whose data?</h1>
    <p>Give the identifier by which services name the person.</p>
    <PersonSearch label="Find this or another person" autoFocus />
  </section>
);

export const PersonScreen = () => {
  const { subject } = useSearch({ from: '/person' });
  useTitle(subject === undefined ? 'A person' : subject);
  const view = useView();
  const history = useQuery({ ...historyOf(subject ?? '', questionOf(view)), enabled: subject !== undefined });
  if (subject === undefined) return <Prompt />;
  if (history.isError && isUnknown(history.error)) return <UnknownPerson subject={subject} />;
  return (
    <Answered of={history} what={`where the data of ${subject} was`}>
      {() => <Person subject={subject} key={subject} />}
    </Answered>
  );
};

const Person = ({ subject }: { subject: string }) => {
  const view = useView();
  const names = useNames();
  const question = questionOf(view);
  const history = useQuery(historyOf(subject, question));
  const residency = useQuery(residencyOf(subject, question));
  const trail = useQuery(trailOf(subject, question));
  const first = useQuery(firstEvent);
  const reach = useQuery(reachOfSubject(subject, question));
  const findings = useQuery(findingsOfSubject(subject, question));
  const moment = useMoment();
  const { dragged } = moment;

  const historyRows = history.data?.data ?? none;
  const trailRows = trail.data?.data ?? none;
  const reachRows = reach.data?.data ?? none;
  const findingRows = findings.data?.data ?? none;
  const expiresOf = useMemo(() => expiries(trailRows), [trailRows]);
  const began = Date.parse(first.data?.data[0]?.recordedat ?? '');
  const late = useMemo(() => lateEvents(trailRows, began), [trailRows, began]);

  // An address may hold anything: a moment that is none is shown as an error by its answers, and drawn as of now.
  const given = Date.parse(view.validAt ?? '');
  const asked = Number.isNaN(given)
    ? Date.parse(residency.data?.clocks.validAt ?? history.data?.clocks.validAt ?? '')
    : given;
  const at = dragged ?? asked;
  const exact = dragged === undefined ? residency.data : undefined;
  const rows: ReadonlyArray<ResidencyRow> = useMemo(
    () => exact?.data ?? residencyIn(historyRows, at, expiresOf),
    [exact, historyRows, at, expiresOf],
  );
  const known = exact?.clocks ?? history.data?.clocks;
  const clocks = known === undefined ? undefined : { ...known, validAt: new Date(at).toISOString() };
  const minAssurance = view.minAssurance ?? 'claimed';

  const now = Date.parse(history.data?.clocks.validAt ?? '');
  const groups = useMemo(
    (): ReadonlyArray<LaneGroup> => [
      {
        id: 'where',
        label: 'Where it was',
        lanes: siteLanes(historyRows, (site) => siteNameIn(names, site), expiresOf, late),
      },
      {
        id: 'findings',
        label: 'Rules broken',
        lanes: findingLanes(findingRows, late),
      },
      {
        id: 'who',
        label: 'Who could reach it',
        lanes: partyLanes(
          reachRows,
          (party) => partyNameIn(names, party),
          (party) => names.parties.get(party)?.country ?? null,
        ),
      },
      {
        id: 'edges',
        label: 'Control, membership and grants that led there',
        lanes: edgeLanes(reachRows, (party) => partyNameIn(names, party), late),
      },
    ],
    [historyRows, findingRows, reachRows, names, expiresOf, late],
  );
  const lateOfPerson = useMemo(() => {
    const seen = new Set<string>();
    return [...late.values()].filter(({ event }) => !seen.has(event.position) && seen.add(event.position));
  }, [late]);

  const instants = useMemo(
    () => historyRows.flatMap(({ from, to }) => [beginOf(from), endOf(to)]),
    [historyRows],
  );
  const live = rows.filter(({ kind }) => kind === 'live');
  const backups = rows.filter(({ kind }) => kind === 'backup');
  const overdue = backups.filter((row) => row.overdue);
  const reaching = reachRows.filter(({ intervals }) => intervals.some((interval) => holdsAt(interval, at)));
  const broken = findingRows.filter((finding) => holdsAt(finding, at));
  const policies = new Set(broken.map(({ policy, rule }) => `${policy} ${rule}`));
  const countries = [...new Set(rows.map(({ country }) => country ?? '?'))].sort();
  const forgotten = trailRows.find(({ event }) => event.type === 'SubjectForgotten')?.event;
  const common = { rows, clocks, minAssurance, subject, at };

  return (
    <div className="person">
      <div className="person-head">
        <h1>
          <Id>{subject}</Id>
        </h1>
        <ul className="figures" aria-label="In short">
          <li>
            <a href="#where">
              <strong>
                {live.length === 0
                  ? 'Nowhere'
                  : count(new Set(live.map(({ site }) => site)).size, 'site', 'sites')}
              </strong>
              <span>{live.length === 0 ? 'no live data' : 'with live data'}</span>
            </a>
          </li>
          <li>
            <a href="#where">
              <strong>{countries.length === 0 ? 'None' : countries.join(' ')}</strong>
              <span title={countries.map(countryName).join(', ')}>
                {countries.length === 1 ? 'country' : 'countries'}
              </span>
            </a>
          </li>
          <li>
            <a href="#who">
              <strong>{count(reaching.length, 'party', 'parties')}</strong>
              <span>could reach it</span>
            </a>
          </li>
          <li className={overdue.length > 0 ? 'figure-overdue' : undefined}>
            <a href="#backups">
              <strong>{count(backups.length, 'backup', 'backups')}</strong>
              <span>
                {overdue.length > 0 ? <Icon name="warning" /> : null}
                {overdue.length === 0 ? 'none overdue' : `${overdue.length} overdue`}
              </span>
            </a>
          </li>
          <li className={broken.length > 0 ? 'figure-violated' : undefined}>
            <a href="#findings">
              <strong>{policies.size === 0 ? 'No rule' : count(policies.size, 'rule', 'rules')}</strong>
              <span>
                {broken.length > 0 ? <Icon name="warning" /> : null}
                broken
              </span>
            </a>
          </li>
        </ul>
      </div>
      {forgotten === undefined ? null : (
        <p className="banner calm">
          <Icon name="pin" />
          <span>
            <strong>This person was erased from the ledger</strong> on <Moment at={forgotten.time} />. What
            was recorded stays with its proofs, about nobody: the pseudonym above leads to no one.
          </span>
        </p>
      )}
      <ClockSentence clocks={clocks} at={dragged} />
      {residency.isError ? <Failure error={residency.error} retry={() => void residency.refetch()} /> : null}
      <p className="unseen" aria-live="polite">
        {dragged === undefined && exact !== undefined
          ? `${live.length} places with live data, ${backups.length} backups, ${overdue.length} of them overdue.`
          : ''}
      </p>
      <div className="person-panels">
        <div className="panel-column">
          <section className="panel map-panel" aria-label="Map">
            <Suspense fallback={<Loading what="the map" />}>
              <PersonMap rows={rows} trail={trailRows} reach={reachRows} at={at} />
            </Suspense>
          </section>
          <WherePanel {...common} rows={live} />
        </div>
        <div className="panel-column">
          <ReachPanel {...common} reach={reachRows} />
          <BackupsPanel {...common} rows={backups} expires={expiresOf} />
        </div>
        <FindingsPanel {...common} findings={broken} />
      </div>
      <PageScrubber
        groups={groups}
        late={lateOfPerson}
        instants={instants}
        asked={asked}
        now={now}
        moment={moment}
        legend={<Legend />}
      />
      <p className="person-foot">
        <Link to="/log" search={{ ...clocksOf(view), subject }}>
          The events that name {subject}
        </Link>
      </p>
    </div>
  );
};
