/** What others can verify about the log: its size and root, its signing keys, and its signed checkpoints. */
import { useQuery } from '@tanstack/react-query';
import { basePath } from '../ledger/base-path.ts';
import { checkpoints, merkleLog } from '../ledger/integrity-queries.ts';
import { save } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';
import { SealedIndexPanel, Witnesses } from './witnesses.tsx';

const number = (n: number): string => n.toLocaleString('en');

/** The kind of a verifier key, by the beginning of its text. */
const keyKind = (vkey: string): string =>
  vkey.split('+')[2]?.startsWith('A') === true ? 'Ed25519' : 'ML-DSA-44, safe from quantum computers';

const Stand = () => {
  const stand = useQuery(merkleLog);
  return (
    <section className="panel" aria-labelledby="stand-title">
      <header>
        <h2 id="stand-title">The signed log</h2>
      </header>
      <div className="panel-text">
        <p className="hint">
          Every event is a leaf of a Merkle tree, and the ledger signs its root. Anybody who keeps a signed
          root can detect whether an event was later changed, removed or inserted, even by the operator.
        </p>
        <Answered of={stand} what="how the log stands">
          {({ stop, progress, checkpoint, origin, size }) => (
            <>
              <p className={`health ${stop === null ? 'health-good' : 'health-bad'}`}>
                <Icon name={stop === null ? 'verified' : 'warning'} />
                <span>
                  <strong>
                    {stop === null ? 'The log agrees with what was signed' : 'Do not rely on this log'}
                  </strong>
                  {stop === null ? '' : `: ${stop}.`}
                </span>
              </p>
              {progress === null || progress.done >= progress.of ? null : (
                <p>
                  <progress aria-label="Events" max={progress.of} value={progress.done} />{' '}
                  {progress.kind === 'comparing' ? 'Compared with the tree' : 'Hashed'}:{' '}
                  {number(progress.done)} of {number(progress.of)} events
                </p>
              )}
              <dl className="facts facts-long">
                <dt>Origin</dt>
                <dd>
                  <Id>{origin}</Id>
                </dd>
                <dt>Events in the tree</dt>
                <dd className="number">{number(size)}</dd>
                <dt>Events signed</dt>
                <dd className="number">{checkpoint === null ? 'none yet' : number(checkpoint.size)}</dd>
                {checkpoint === null ? null : (
                  <>
                    <dt>Root</dt>
                    <dd>
                      <Id>{checkpoint.root}</Id>
                    </dd>
                    <dt>Signed</dt>
                    <dd>
                      <Moment at={checkpoint.madeAt} />
                    </dd>
                  </>
                )}
              </dl>
            </>
          )}
        </Answered>
      </div>
    </section>
  );
};

const Keys = () => {
  const stand = useQuery(merkleLog);
  return (
    <section className="panel" aria-labelledby="keys-title">
      <header>
        <h2 id="keys-title">Keys</h2>
      </header>
      <div className="panel-text">
        <p className="hint">
          With these keys anybody can check a proof: <code>domicile verify FILE --key KEY</code>. Compare them
          with those that the operator published elsewhere.
        </p>
        <Answered of={stand} what="the keys">
          {({ verifierKeys }) =>
            verifierKeys.length === 0 ? (
              <p className="empty">The server has no signing keys that it can read.</p>
            ) : (
              <ul className="verifier-keys">
                {verifierKeys.map((vkey) => (
                  <li key={vkey}>
                    <strong>{keyKind(vkey)}</strong>
                    <Id>{vkey.length > 90 ? `${vkey.slice(0, 88)}…` : vkey}</Id>
                    <button
                      type="button"
                      className="quiet"
                      onClick={() => save('ledger.vkey', 'text/plain', `${vkey}\n`)}
                    >
                      <Icon name="down" />
                      Save the key
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      </div>
    </section>
  );
};

const History = () => {
  const signed = useQuery(checkpoints);
  return (
    <section className="panel" aria-labelledby="history-title">
      <header>
        <h2 id="history-title">Checkpoints</h2>
      </header>
      <Answered of={signed} what="the checkpoints">
        {(rows) =>
          rows.length === 0 ? (
            <p className="empty panel-text">
              No checkpoint has been signed yet. The first one follows within a second of the first event.
            </p>
          ) : (
            <table aria-label="Checkpoints" className="checkpoints">
              <thead>
                <tr>
                  <th scope="col">Events</th>
                  <th scope="col">Signed</th>
                  <th scope="col">Root</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ size, root, madeAt }) => (
                  <tr key={size}>
                    <td className="number">{number(size)}</td>
                    <td>
                      <Moment at={madeAt} />
                    </td>
                    <td>
                      <Id>{root}</Id>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Answered>
    </section>
  );
};

export const IntegrityScreen = () => {
  useTitle('Integrity');
  return (
    <>
      <div className="screen-head">
        <h1>Integrity</h1>
        {/* A separate page, since only it may run WebAssembly. */}
        <a href={`${basePath}/check`} className="button">
          Check a bundle of evidence
        </a>
      </div>
      <Purpose>Whether the log still matches what the ledger signed, and who else can check it.</Purpose>
      <div className="two-columns integrity-columns">
        <Stand />
        <Keys />
      </div>
      <div className="two-columns integrity-columns">
        <Witnesses />
        <SealedIndexPanel />
      </div>
      <History />
    </>
  );
};
