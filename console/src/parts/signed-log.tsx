/**
 * The place of events in the signed log: for one event its proof as a file, for several the checkpoint that
 * contains them all.
 */
import { useQuery } from '@tanstack/react-query';
import { proofOf } from '../ledger/integrity-queries.ts';
import { CheckpointFacts, factsOfProof } from './checkpoint-facts.tsx';
import { save } from './download.ts';
import { Icon } from './icon.tsx';
import { ProofLink } from './proof-link.tsx';
import { Answered } from './states.tsx';

/** The leaf, its checkpoint, and a button that saves the proof. */
export const SignedLog = ({ position }: { position: string }) => {
  const proof = useQuery(proofOf(position));
  return (
    <details className="signed-log">
      <summary>Proof that it is in the signed log</summary>
      <Answered of={proof} what="the proof">
        {(text) => {
          const facts = factsOfProof(text);
          return (
            <>
              <dl>
                <dt>Leaf</dt>
                <dd>{facts.index}</dd>
                <dt>Path</dt>
                <dd>
                  {facts.hashes} {facts.hashes === 1 ? 'hash' : 'hashes'} from the leaf to the root
                </dd>
                <CheckpointFacts of={facts} />
              </dl>
              <button
                type="button"
                className="quiet"
                onClick={() => save(`event-${position}.tlog-proof`, 'text/plain', text)}
              >
                <Icon name="down" />
                Save the proof
              </button>
              <p className="hint">
                Check it anywhere: <code>domicile verify event-{position}.tlog-proof --key KEY</code>
              </p>
            </>
          );
        }}
      </Answered>
    </details>
  );
};

/** Whether the events behind an answer are in the signed log, and in which checkpoint. */
export const SignedEvents = ({ positions, of }: { positions: ReadonlyArray<string>; of: string }) => {
  const last = positions.reduce((most, each) => (Number(each) > Number(most) ? each : most), '0');
  const proof = useQuery({ ...proofOf(last), enabled: last !== '0' });
  if (last === '0') return null;
  return (
    <section className="panel signed-events" aria-labelledby="signed-title">
      <header>
        <h2 id="signed-title">Proof in the signed log</h2>
        <ProofLink events={positions} of={of} />
      </header>
      <div className="panel-text">
        <Answered of={proof} what="the proof">
          {(text) => {
            const facts = factsOfProof(text);
            return (
              <>
                <dl className="facts facts-long">
                  <dt>Events</dt>
                  <dd>{positions.length.toLocaleString('en')} that it rests on</dd>
                  <dt>Leaves</dt>
                  <dd>
                    {positions.length === 1 ? '' : 'up to '}
                    {facts.index}
                  </dd>
                  <CheckpointFacts of={facts} />
                </dl>
                <p className="hint">
                  The button Evidence exports the answer with all of these events, their path to the root, and
                  the proof that none is missing. <code>domicile verify FILE</code> checks it anywhere.
                </p>
              </>
            );
          }}
        </Answered>
      </div>
    </section>
  );
};
