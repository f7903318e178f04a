/**
 * Where an event stands in the signed log, and its proof as a file.
 */
import { useQuery } from '@tanstack/react-query';
import { proofOf } from '../ledger/integrity-queries.ts';
import { save } from './download.ts';
import { Icon } from './icon.tsx';
import { Id } from './names.tsx';
import { Answered } from './states.tsx';

/** What a proof says, by the lines of C2SP tlog-proof and tlog-checkpoint. It is not verified here. */
const factsOf = (proof: string) => {
  const [head = '', note = ''] = proof.split('\n\n', 2);
  const lines = head.split('\n');
  const [origin = '', size = '', root = ''] = note.split('\n');
  const index = lines.find((line) => line.startsWith('index '))?.slice('index '.length) ?? '';
  const hashes = lines.slice(lines.findIndex((line) => line.startsWith('index ')) + 1).length;
  return { index, hashes, origin, size, root };
};

/** The leaf, the checkpoint that has it, and a button that saves the proof. */
export const SignedLog = ({ position }: { position: string }) => {
  const proof = useQuery(proofOf(position));
  return (
    <details className="signed-log">
      <summary>Proof that it is in the signed log</summary>
      <Answered of={proof} what="the proof">
        {(text) => {
          const { index, hashes, origin, size, root } = factsOf(text);
          return (
            <>
              <dl>
                <dt>Log</dt>
                <dd>
                  <Id>{origin}</Id>
                </dd>
                <dt>Leaf</dt>
                <dd>{index}</dd>
                <dt>Checkpoint</dt>
                <dd>{Number(size).toLocaleString('en')} events</dd>
                <dt>Root</dt>
                <dd>
                  <Id>{root}</Id>
                </dd>
                <dt>Path</dt>
                <dd>
                  {hashes} {hashes === 1 ? 'hash' : 'hashes'} from the leaf to the root
                </dd>
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
