/** The health of the ledger: the progress of its projections, events set aside, and replays. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Replay } from '../../../src/client/client.ts';
import { orThrow } from '../../../src/client/client.ts';
import { readiness, replays } from '../ledger/log-queries.ts';
import { ledger } from '../ledger/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';

/** How often to poll a running replay. */
const replayMs = 300;
/** How often to poll otherwise. */
const healthMs = 5_000;

const number = (n: number): string => n.toLocaleString('en');

/** The remaining time of a replay, in words. */
const remaining = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds < 90 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
};

const stateWords: Readonly<Record<Replay['state'], string>> = {
  running: 'running',
  serving: 'done, now serving',
  failed: 'failed',
  cancelled: 'cancelled',
};

const ReplayCard = ({ replay }: { replay: Replay }) => {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: async () => orThrow(await ledger().replays.cancel(replay.id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['replays'] }),
  });
  const { differences } = replay;
  return (
    <li className={`replay replay-${replay.state}`}>
      <div className="replay-head">
        <h3>
          Replay {replay.id}: {stateWords[replay.state]}
        </h3>
        <span>
          started <Moment at={replay.startedAt} />
        </span>
        {replay.state === 'running' ? (
          <button type="button" className="quiet" onClick={() => cancel.mutate()} disabled={cancel.isPending}>
            <Icon name="close" />
            Cancel
          </button>
        ) : null}
      </div>
      <progress
        aria-label={`Replay ${replay.id}`}
        max={Math.max(1, replay.total)}
        value={replay.total === 0 ? 1 : replay.processed}
      />
      <p>
        <span className="number">
          {number(replay.processed)} of {number(replay.total)} events
        </span>
        {replay.rate > 0 ? (
          <span className="number">, {number(Math.round(replay.rate))} a second</span>
        ) : null}
        {replay.etaMs !== null && replay.state === 'running' ? `, ${remaining(replay.etaMs)}` : ''}
      </p>
      {differences === null ? null : (
        <p>
          {number(differences.compared)} answers compared:{' '}
          {differences.changed === 0 ? (
            'all are identical.'
          ) : (
            <strong>{number(differences.changed)} differ.</strong>
          )}
        </p>
      )}
      {differences !== null && differences.examples.length > 0 ? (
        <details>
          <summary>Examples of what changed</summary>
          <pre>{JSON.stringify(differences.examples, null, 2)}</pre>
        </details>
      ) : null}
      {replay.failure === null ? null : <p className="fault-text">{replay.failure}</p>}
      {cancel.isError ? <Failure error={cancel.error} /> : null}
    </li>
  );
};

const Replays = () => {
  const queries = useQueryClient();
  const all = useQuery({
    ...replays,
    refetchInterval: ({ state }) =>
      state.data?.some((replay) => replay.state === 'running') === true ? replayMs : healthMs,
  });
  const start = useMutation({
    mutationFn: async () => orThrow(await ledger().replays.start()),
    onSettled: () => queries.invalidateQueries({ queryKey: ['replays'] }),
  });
  const running = all.data?.some((replay) => replay.state === 'running') === true;
  return (
    <section className="panel" aria-labelledby="replays-title">
      <header>
        <h2 id="replays-title">Replays</h2>
        <button type="button" onClick={() => start.mutate()} disabled={running || start.isPending}>
          Start a replay
        </button>
      </header>
      <div className="panel-text">
        <p className="hint">
          A replay rebuilds the projections from the log, compares them with the serving ones, and swaps them
          in one step. Reading and writing continue meanwhile.
        </p>
        {start.isError ? <Failure error={start.error} /> : null}
        <Answered of={all} what="the replays">
          {(rows) =>
            rows.length === 0 ? (
              <p className="empty">No replay has run since the server started.</p>
            ) : (
              <ul className="replays" aria-live="polite">
                {rows.map((replay) => (
                  <ReplayCard key={replay.id} replay={replay} />
                ))}
              </ul>
            )
          }
        </Answered>
      </div>
    </section>
  );
};

const Projections = () => {
  const ready = useQuery({ ...readiness, refetchInterval: healthMs });
  return (
    <section className="panel" aria-labelledby="projections-title">
      <header>
        <h2 id="projections-title">Projections</h2>
      </header>
      <div className="panel-text">
        <Answered of={ready} what="the state of the ledger">
          {(answer) => (
            <>
              <p className={`health ${answer.status === 'ready' ? 'health-good' : 'health-bad'}`}>
                <Icon name={answer.status === 'ready' ? 'verified' : 'warning'} />
                <strong>{answer.status === 'ready' ? 'Ready for questions' : 'Not ready'}</strong>
                {answer.failure === undefined ? '' : `: ${answer.failure}`}
              </p>
              <dl className="facts">
                <dt>Head of the log</dt>
                <dd>{answer.head}</dd>
                <dt>Position of the projections</dt>
                <dd>{answer.position}</dd>
                <dt>Events behind</dt>
                <dd>{number(answer.lag)}</dd>
                <dt>Generation</dt>
                <dd>{answer.generation}</dd>
              </dl>
              {answer.setAside.length === 0 ? (
                <p className="hint">No event was set aside.</p>
              ) : (
                <>
                  <h3>Events set aside</h3>
                  <ul className="set-aside">
                    {answer.setAside.map(({ event, reason }) => (
                      <li key={event}>
                        <ProofLink events={[event]} of={`set aside: ${reason}`} /> position {event}: {reason}
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </>
          )}
        </Answered>
      </div>
    </section>
  );
};

export const HealthScreen = () => {
  useTitle('Health');
  return (
    <>
      <div className="screen-head">
        <h1>Health</h1>
      </div>
      <Purpose>
        Whether the projections, which answer questions, contain everything that was recorded, and how to
        rebuild them.
      </Purpose>
      <div className="two-columns">
        <Projections />
        <Replays />
      </div>
    </>
  );
};
