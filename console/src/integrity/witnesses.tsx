/** Independent confirmation: the witnesses with what they last cosigned, and the monitors. */
import { useQuery } from '@tanstack/react-query';
import type { MerkleLogRow } from '../../../src/client/rows.ts';
import { merkleLog } from '../ledger/integrity-queries.ts';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';

const number = (n: number): string => n.toLocaleString('en');

type SealedIndexRow = NonNullable<MerkleLogRow['index']>;

/** The state of each witness of a log. `leaves` names what its sizes count. */
const WitnessTable = ({
  name,
  leaves,
  witnesses,
}: {
  name: string;
  leaves: string;
  witnesses: MerkleLogRow['witnesses'];
}) => (
  <table aria-label={name} className="checkpoints">
    <thead>
      <tr>
        <th scope="col">Witness</th>
        <th scope="col">{leaves}</th>
        <th scope="col">Cosigned last</th>
        <th scope="col">Why it fails</th>
      </tr>
    </thead>
    <tbody>
      {witnesses.map(({ name: witness, size, cosignedAt, failure }) => (
        <tr key={witness}>
          <td>
            <Id>{witness}</Id>
          </td>
          <td className="number">{size === null ? '' : number(size)}</td>
          <td>{cosignedAt === null ? <span className="unknown">never</span> : <Moment at={cosignedAt} />}</td>
          <td>{failure ?? ''}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** The state of each witness, and an explanation of monitors. */
export const Witnesses = () => {
  const stand = useQuery(merkleLog);
  return (
    <section className="panel" aria-labelledby="witnesses-title">
      <header>
        <h2 id="witnesses-title">Witnesses and monitors</h2>
      </header>
      <Answered of={stand} what="the witnesses">
        {({ witnesses, witnessed }) => (
          <>
            {witnesses.length === 0 ? (
              <p className="empty panel-text">
                The log has no witnesses: nobody else keeps what its operator signed. Set them up with
                LEDGER_WITNESSES.
              </p>
            ) : (
              <WitnessTable name="Witnesses" leaves="Events" witnesses={witnesses} />
            )}
            <p className="panel-text hint">
              {witnessed === null
                ? ''
                : `A quorum has cosigned ${number(witnessed.size)} events; later ones are served once it has. `}
              Monitors keep a copy of the log and derive its answers themselves. They need not tell the
              operator, so that none are listed here: <code>domicile monitor URL --dir DIR</code> is one.
            </p>
          </>
        )}
      </Answered>
    </section>
  );
};

/** The signed part of the sealed index. */
const IndexFacts = ({ index }: { index: SealedIndexRow }) => (
  <dl className="facts facts-long">
    <dt>Origin</dt>
    <dd>
      <Id>{index.origin}</Id>
    </dd>
    <dt>Events sealed</dt>
    <dd className="number">{number(index.sealed)}</dd>
    {index.checkpoint === null ? null : (
      <>
        <dt>Stretches signed</dt>
        <dd className="number">{number(index.checkpoint.size)}</dd>
        <dt>Root</dt>
        <dd>
          <Id>{index.checkpoint.root}</Id>
        </dd>
        <dt>Signed</dt>
        <dd>
          <Moment at={index.checkpoint.madeAt} />
        </dd>
      </>
    )}
    {index.witnessed === null || index.witnessed === undefined ? null : (
      <>
        <dt>Stretches cosigned by a quorum</dt>
        <dd className="number">{number(index.witnessed.size)}</dd>
      </>
    )}
    {index.stop === null ? null : (
      <>
        <dt>Stopped</dt>
        <dd>{index.stop}</dd>
      </>
    )}
  </dl>
);

/** The second log, with which evidence proves that no event is missing. */
export const SealedIndexPanel = () => {
  const stand = useQuery(merkleLog);
  return (
    <section className="panel" aria-labelledby="index-title">
      <header>
        <h2 id="index-title">The sealed index</h2>
      </header>
      <p className="panel-text hint">
        A second log with the keys by which events are looked up. With it, evidence can prove that no event is
        missing. The same witnesses cosign it, once they have its keys.
      </p>
      <Answered of={stand} what="the sealed index">
        {({ index }) =>
          index === null || index === undefined ? (
            <p className="empty panel-text">Another process signs this log and its index.</p>
          ) : (
            <>
              <div className="panel-text">
                <IndexFacts index={index} />
              </div>
              {index.witnesses === undefined || index.witnesses.length === 0 ? null : (
                <WitnessTable name="Witnesses of the index" leaves="Stretches" witnesses={index.witnesses} />
              )}
            </>
          )
        }
      </Answered>
    </section>
  );
};
