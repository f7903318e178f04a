/**
 * What a proof says of the checkpoint that it leads to: the log, its size and root, who signed and cosigned it, and when.
 */
import { Moment } from './moment.tsx';
import { Id } from './names.tsx';

/** Bytes of signatures that begin with the id of their key and the time in seconds: cosignatures by Ed25519, and ML-DSA-44. */
const timedBytes: ReadonlyArray<number> = [4 + 8 + 64, 4 + 8 + 2_420];

/** Who signed a note, and when, by a line of signature (C2SP signed-note, tlog-cosignature). */
const signerOf = (line: string) => {
  const [, name = '', encoded = ''] = line.split(' ');
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  if (!timedBytes.includes(bytes.length)) return { name, at: undefined };
  return { name, at: Number(new DataView(bytes.buffer).getBigUint64(4)) * 1_000 };
};

/** What a proof says, by the lines of C2SP tlog-proof and tlog-checkpoint. It is not verified here. */
export const factsOfProof = (proof: string) => {
  const [head = '', text = '', signatures = ''] = proof.split('\n\n', 3);
  const lines = head.split('\n');
  const [origin = '', size = '', root = ''] = text.split('\n');
  const indexAt = lines.findIndex((line) => line.startsWith('index '));
  const signers = signatures
    .split('\n')
    .filter((line) => line !== '')
    .map(signerOf);
  const own = signers.filter(({ name }) => name === origin);
  return {
    index: lines[indexAt]?.slice('index '.length) ?? '',
    hashes: lines.length - indexAt - 1,
    origin,
    size: Number(size),
    root,
    signedAt: own.find(({ at }) => at !== undefined)?.at,
    witnesses: signers.filter(({ name }) => name !== origin),
  };
};
type FactsOfProof = ReturnType<typeof factsOfProof>;

const Time = ({ at }: { at: number | undefined }) => (at === undefined ? null : <Moment at={at} />);

/** The checkpoint, as facts in a list of them. */
export const CheckpointFacts = ({
  of: { origin, size, root, signedAt, witnesses },
}: {
  of: FactsOfProof;
}) => (
  <>
    <dt>Log</dt>
    <dd>
      <Id>{origin}</Id>
    </dd>
    <dt>Checkpoint</dt>
    <dd>{size.toLocaleString('en')} events</dd>
    <dt>Root</dt>
    <dd>
      <Id>{root}</Id>
    </dd>
    <dt>Signed</dt>
    <dd>
      <Time at={signedAt} />
    </dd>
    <dt>Witnesses</dt>
    <dd>
      {witnesses.length === 0 ? (
        <span className="unknown">none cosigned it</span>
      ) : (
        <ul>
          {witnesses.map(({ name, at }) => (
            <li key={name}>
              <Id>{name}</Id> <Time at={at} />
            </li>
          ))}
        </ul>
      )}
    </dd>
  </>
);
