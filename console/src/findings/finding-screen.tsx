/**
 * One finding on its own page: what was broken, by whom, for how long, whom it concerns, and the events that prove
 * it.
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { FindingDetail } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { findingAt, subjectsOfFinding } from '../ledger/finding-queries.ts';
import { eventColumns } from '../log/event-columns.tsx';
import { counted } from '../parts/counted.ts';
import { EvidenceButton } from '../parts/evidence-button.tsx';
import { Day, Since, Until } from '../parts/moment.tsx';
import { Id, PopulationId, Title, useNames } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { SignedEvents } from '../parts/signed-log.tsx';
import { Answered, isUnknown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { useTitle } from '../parts/use-title.ts';
import { PathGraph } from '../reach/path-graph.tsx';
import { Fact } from '../things/thing-page.tsx';
import { ByWhom, Held, heldText, VerdictMark } from './finding-parts.tsx';
import { concernedIn, concernedKey, peopleColumns } from './people-columns.tsx';

/** A drawing of the path from the party to the data. */
const Path = ({ of }: { of: FindingDetail }) => {
  const { party, path } = of;
  if (party === null || path.length === 0) return null;
  const edges = path.map((edge, index) => ({ ...edge, from: index === 0 ? party : path[index - 1]!.to }));
  return (
    <section className="panel" aria-labelledby="path-title">
      <header>
        <h2 id="path-title">How the data could be reached</h2>
      </header>
      <PathGraph party={party} edges={edges} close={[]} data={heldText(of)} />
    </section>
  );
};

const People = ({ of }: { of: FindingDetail }) => {
  const view = useView();
  const names = useNames();
  const people = useQuery(subjectsOfFinding(of.finding, questionOf(view)));
  return (
    <Answered of={people} what="the people whom it concerns">
      {(answer) => {
        const table = {
          caption: 'People whom it concerns',
          fileName: `people-of-${of.finding}`,
          columns: peopleColumns(names, of.party),
          rows: concernedIn(answer.data),
          rowKey: concernedKey,
          clocks: answer.clocks,
          minAssurance: view.minAssurance ?? 'claimed',
          empty: 'It concerned nobody’s data at any time.',
        };
        return (
          <TablePanel
            name="people"
            title={`${answer.next === null ? '' : 'The first '}${counted(answer.data.length, 'person', 'people')} whom it concerns`}
            {...table}
          />
        );
      }}
    </Answered>
  );
};

const Rule = ({ of }: { of: FindingDetail }) => (
  <section className="panel" aria-labelledby="rule-title">
    <header>
      <h2 id="rule-title">
        The rule: <Id>{of.rule}</Id>
      </h2>
      <span className="panel-tools">
        <span>
          <Id>{of.policy}</Id>, version {of.version}
        </span>
      </span>
    </header>
    <div className="panel-text">
      {of.authority === null ? null : (
        <p>
          <Title>{of.authority}</Title>
        </p>
      )}
      {of.limits === null ? null : (
        <p>
          <span className="unknown">What it does not model: </span>
          <bdi>{shownText(of.limits)}</bdi>
        </p>
      )}
      <pre>
        <code>
          {of.ruleText === null
            ? 'Built into the ledger, without rules in Cedar.'
            : of.ruleText.split('\n').map(shownText).join('\n')}
        </code>
      </pre>
    </div>
  </section>
);

const Finding = ({ of }: { of: FindingDetail }) => {
  const view = useView();
  const events = {
    caption: 'The events that prove it',
    fileName: `proof-of-${of.finding}`,
    columns: eventColumns,
    rows: of.proof,
    rowKey: ({ position }: FindingDetail['proof'][number]) => position,
    clocks: undefined,
    minAssurance: view.minAssurance ?? 'claimed',
    empty: 'No event proves it.',
  };
  return (
    <>
      <dl className="thing-facts">
        <Fact label="Verdict">
          <VerdictMark of={of.verdict} /> {of.reason === null ? null : <bdi>{shownText(of.reason)}</bdi>}
        </Fact>
        <Fact label="Data">
          <Held of={of} />
        </Fact>
        {of.population === null ? null : (
          <Fact label="Of">
            <PopulationId id={of.population} />
          </Fact>
        )}
        <Fact label={of.action === 'store' ? 'Stored' : 'Reachable by'}>
          <ByWhom of={of} />
        </Fact>
        <Fact label="Since">
          <Since at={of.from} />
        </Fact>
        <Fact label="Until">
          <Until at={of.to} />
        </Fact>
        <Fact label="People">{of.subjects.toLocaleString('en')}</Fact>
        <Fact label="Known since">
          {of.knownSince === null ? (
            <span className="unknown">not found out</span>
          ) : (
            <Day at={of.knownSince} />
          )}
        </Fact>
      </dl>
      <Rule of={of} />
      <Path of={of} />
      <People of={of} />
      <section className="panel" aria-labelledby="proof-title">
        <header>
          <h2 id="proof-title">
            {of.proof.length} {of.proof.length === 1 ? 'event proves' : 'events prove'} it
            {of.proofLeftOut === 0 ? '' : `, and ${of.proofLeftOut} more`}
          </h2>
        </header>
        <Table {...events} />
      </section>
      <SignedEvents positions={of.proof.map(({ position }) => position)} of="the finding" />
    </>
  );
};

export const FindingScreen = () => {
  const { finding } = useSearch({ from: '/finding' });
  const view = useView();
  useTitle('A finding');
  const of = useQuery({ ...findingAt(finding ?? '', questionOf(view)), enabled: finding !== undefined });
  if (finding === undefined || (of.isError && isUnknown(of.error)))
    return (
      <section className="state-page">
        <h1>{finding === undefined ? 'Which finding?' : 'No such finding'}</h1>
        <p>
          {finding === undefined
            ? 'Open one from the list of findings.'
            : 'As known at the chosen time, no policy has this finding. Later events may have ended it, or opened it again with another id.'}
        </p>
        <Link to="/findings" search={clocksOf(view)}>
          All findings
        </Link>
      </section>
    );
  return (
    <Answered of={of} what="the finding">
      {({ data, clocks }) => (
        <div className="thing finding-page">
          <div className="screen-head">
            <h1>
              <Title>{data.title}</Title> <Id>{data.rule}</Id>
            </h1>
            <span className="panel-tools">
              <Link to="/findings" search={{ ...clocksOf(view), policy: data.policy }} className="quiet-link">
                All findings of this policy
              </Link>
              <EvidenceButton
                about={{ finding: data.finding }}
                question={{ ...questionOf(view), validAt: clocks.validAt }}
              />
            </span>
          </div>
          <Purpose>
            A period in which a rule was broken or could not be judged: the text of the rule, who could reach
            which data, the people concerned, and the events that prove it.
          </Purpose>
          <ClockSentence clocks={clocks} />
          <Finding of={data} />
        </div>
      )}
    </Answered>
  );
};
