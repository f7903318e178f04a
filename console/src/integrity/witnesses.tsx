/** Independent confirmation: the witnesses with what they last cosigned, and the monitors. */
import { useQuery } from '@tanstack/react-query';
import { merkleLog } from '../ledger/integrity-queries.ts';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';

const number = (n: number): string => n.toLocaleString('en');

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
              <table aria-label="Witnesses" className="checkpoints">
                <thead>
                  <tr>
                    <th scope="col">Witness</th>
                    <th scope="col">Events</th>
                    <th scope="col">Cosigned last</th>
                    <th scope="col">Why it fails</th>
                  </tr>
                </thead>
                <tbody>
                  {witnesses.map(({ name, size, cosignedAt, failure }) => (
                    <tr key={name}>
                      <td>
                        <Id>{name}</Id>
                      </td>
                      <td className="number">{size === null ? '' : number(size)}</td>
                      <td>
                        {cosignedAt === null ? (
                          <span className="unknown">never</span>
                        ) : (
                          <Moment at={cosignedAt} />
                        )}
                      </td>
                      <td>{failure ?? ''}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
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

/** The second log, with which evidence proves that no event is missing. */
export const SealedIndexPanel = () => {
  const stand = useQuery(merkleLog);
  return (
    <section className="panel" aria-labelledby="index-title">
      <header>
        <h2 id="index-title">The sealed index</h2>
      </header>
      <div className="panel-text">
        <p className="hint">
          A second log with the keys by which events are looked up. With it, evidence can prove that no event
          is missing. No witnesses cosign it.
        </p>
        <Answered of={stand} what="the sealed index">
          {({ index }) =>
            index === null || index === undefined ? (
              <p className="empty">Another process signs this log and its index.</p>
            ) : (
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
                {index.stop === null ? null : (
                  <>
                    <dt>Stopped</dt>
                    <dd>{index.stop}</dd>
                  </>
                )}
              </dl>
            )
          }
        </Answered>
      </div>
    </section>
  );
};
