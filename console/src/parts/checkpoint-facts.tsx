/** The checkpoint of a proof: the log, its size and root, who signed and cosigned it, and when. */
import { Moment } from './moment.tsx';
import { Id } from './names.tsx';

/**
 * The lengths of signatures that begin with a key id and a time in seconds: cosignatures by Ed25519 and ML-DSA-44.
 */
const timedBytes: ReadonlyArray<number> = [4 + 8 + 64, 4 + 8 + 2_420];

/** The signer and the time of a signature line (C2SP signed-note, tlog-cosignature). */
const signerOf = (line: string) => {
  const [, name = '', encoded = ''] = line.split(' ');
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  if (!timedBytes.includes(bytes.length)) return { name, at: undefined };
  return { name, at: Number(new DataView(bytes.buffer).getBigUint64(4)) * 1_000 };
};

/** The content of a proof by C2SP tlog-proof and tlog-checkpoint, without verification. */
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

/** The checkpoint as a list of facts. */
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
