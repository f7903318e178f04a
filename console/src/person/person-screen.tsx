/**
 * A person: where the data was at a moment, who could reach it, which backups contain it, which rules were broken,
 * and all of it over time.
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import type { Answer } from '../../../src/client/client.ts';
import type { PersonFile, ResidencyRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { instantOf } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { beginOf, endOf, holdsAt } from '../ledger/intervals.ts';
import { firstEvent } from '../ledger/log-queries.ts';
import {
  findingsOfSubject,
  historyOf,
  reachOfSubject,
  residencyOf,
  trailOf,
} from '../ledger/person-queries.ts';
import { EvidenceButton } from '../parts/evidence-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Id, useNames } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { SignedEvents } from '../parts/signed-log.tsx';
import { Answered, Failure, isUnknown, Loading } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';
import { expiries } from '../timeline/lanes.ts';
import { lateEvents } from '../timeline/lateness.ts';
import { Legend } from '../timeline/legend.tsx';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { useMoment } from '../timeline/use-moment.ts';
import { BackupsPanel } from './backups-panel.tsx';
import { EraseButton } from './erase-button.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { ErasedPerson } from './erased-person.tsx';
import { EverythingButton } from './everything-button.tsx';
import { Figures } from './figures.tsx';
import { FindingsPanel } from './findings-panel.tsx';
import { personLanes } from './person-lanes.ts';
import { ReachPanel } from './reach-panel.tsx';
import { residencyIn } from './residency.ts';
import { PersonPrompt, UnknownPerson } from './unknown-person.tsx';
import { WherePanel } from './where-panel.tsx';

const PersonMap = lazy(() => import('./person-map.tsx'));

/** No rows yet. The same array for all renders, so that memoised values stay. */
const none: ReadonlyArray<never> = [];

export const PersonScreen = () => {
  const { subject } = useSearch({ from: '/person' });
  useTitle(subject === undefined ? 'A person' : subject);
  const view = useView();
  const history = useQuery({ ...historyOf(subject ?? '', questionOf(view)), enabled: subject !== undefined });
  /** Kept here, because the person is unknown once erased. */
  const [erasing, setErasing] = useState<string>();
  const [erased, setErased] = useState<{ readonly subject: string; readonly known: Answer<PersonFile> }>();
  // A reader who leaves the page of an erased person does not come back to it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is left when the address names another person.
  useEffect(() => () => setErased(undefined), [subject]);
  if (subject === undefined) return <PersonPrompt />;
  if (erased?.subject === subject) return <ErasedPerson {...erased} />;
  return (
    <>
      {history.isError && isUnknown(history.error) ? (
        <UnknownPerson subject={subject} />
      ) : (
        <Answered of={history} what={`the history of ${subject}`}>
          {() => <Person subject={subject} key={subject} onErase={() => setErasing(subject)} />}
        </Answered>
      )}
      {erasing === subject ? (
        <EraseDialog
          subject={subject}
          onErased={(known) => {
            setErasing(undefined);
            setErased({ subject, known });
          }}
          onClose={() => setErasing(undefined)}
        />
      ) : null}
    </>
  );
};

const Person = ({ subject, onErase }: { subject: string; onErase: () => void }) => {
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

  const asked =
    instantOf(view.validAt) ??
    Date.parse(residency.data?.clocks.validAt ?? history.data?.clocks.validAt ?? '');
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
    () => personLanes(historyRows, findingRows, reachRows, names, expiresOf, late),
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
  const reaching = reach.data?.data.filter(({ intervals }) =>
    intervals.some((interval) => holdsAt(interval, at)),
  ).length;
  const broken = findings.data?.data.filter((finding) => holdsAt(finding, at));
  const forgotten = trailRows.find(({ event }) => event.type === 'SubjectForgotten')?.event;
  const common = { rows, clocks, minAssurance, subject, at };
  const pinned = { ...question, validAt: question.validAt ?? clocks?.validAt };

  return (
    <div className="person">
      <div className="person-head">
        <h1>
          <Id>{subject}</Id>
        </h1>
        <Figures rows={rows} parties={reaching} broken={broken} />
        <span className="panel-tools">
          <EverythingButton subject={subject} question={pinned} />
          <EvidenceButton about={{ subject }} question={pinned} />
        </span>
      </div>
      {forgotten === undefined ? null : (
        <p className="banner calm">
          <Icon name="pin" />
          <span>
            <strong>This person was erased from the ledger</strong> on <Moment at={forgotten.time} />. The
            history and its proofs remain, but the pseudonym above no longer leads to anybody.
          </span>
        </p>
      )}
      <Purpose>
        Where this person’s data was at the moment chosen above, who could reach it, and which policies that
        broke.{' '}
        <Link to="/reads" search={{ subject }}>
          Who asked about this person
        </Link>
      </Purpose>
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
          <Answered of={reach} what="who could reach it">
            {() => <ReachPanel {...common} reach={reachRows} />}
          </Answered>
          <BackupsPanel {...common} rows={backups} expires={expiresOf} />
        </div>
        <Answered of={findings} what="which rules were broken">
          {() => <FindingsPanel {...common} findings={broken ?? none} />}
        </Answered>
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
      <SignedEvents
        positions={trailRows.map(({ event }) => event.position)}
        of={`everything about ${subject}`}
      />
      <p className="person-foot">
        <Link to="/log" search={{ ...clocksOf(view), subject }}>
          Show the events about {subject} in the log
        </Link>
        {/* A pseudonym of an erased person leads to nobody. */}
        {forgotten !== undefined && subject.startsWith('psn_') ? null : <EraseButton onPress={onErase} />}
      </p>
    </div>
  );
};
