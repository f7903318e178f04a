/**
 * Checks an evidence bundle: drop the file, enter the trusted keys, and see the result line by line. The file is
 * not sent.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type DragEvent, useState } from 'react';
import type { BundleCheck, BundleReport } from '../../../src/evidence/verify-bundle.ts';
import { save } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { useTitle } from '../parts/use-title.ts';
import { checkBundle } from './check-bundle.ts';
import { openBundle } from './open-bundle.ts';

const words = { holds: 'holds', fails: 'fails', unchecked: 'not checked' } as const;
const icons = { holds: 'verified', fails: 'warning', unchecked: 'question' } as const;

const Line = ({ check: { name, state, found, place } }: { check: BundleCheck }) => (
  <tr className={`check-${state}`}>
    <th scope="row">{name}</th>
    <td>
      <Icon name={icons[state]} /> {words[state]}
    </td>
    <td>
      {found}
      {place === undefined ? null : (
        <>
          {' '}
          <code>{place === '' ? 'the whole file' : place}</code>
        </>
      )}
    </td>
  </tr>
);

/** A checked file. */
interface Checked {
  readonly name: string;
  readonly text: string;
  readonly report: BundleReport;
}

const Outcome = ({ checked: { name, text, report } }: { checked: Checked }) => (
  <section className="panel" aria-labelledby="outcome-title">
    <header>
      <h2 id="outcome-title">{name}</h2>
    </header>
    <div className="panel-text">
      <p className={`health ${report.holds ? 'health-good' : 'health-bad'}`} role="status">
        <Icon name={report.holds ? 'verified' : 'warning'} />
        <strong>
          {report.holds ? 'The answers follow from what the ledger recorded.' : 'Do not rely on this file.'}
        </strong>
      </p>
      <table className="check-lines" aria-label="What holds">
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Result</th>
            <th scope="col">Found</th>
          </tr>
        </thead>
        <tbody>
          {report.checks.map((check) => (
            <Line key={check.name} check={check} />
          ))}
        </tbody>
      </table>
      {report.holds ? (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            const { name: file, page } = openBundle(text);
            save(`${file}.html`, 'text/html', page);
          }}
        >
          <Icon name="print" />
          Save it as a page to print
        </button>
      ) : null}
    </div>
  </section>
);

export const CheckScreen = () => {
  useTitle('Check evidence');
  const [trusted, setTrusted] = useState('');
  const [file, setFile] = useState<{ readonly name: string; readonly text: string }>();
  const [outcome, setOutcome] = useState<E.Either<string, Checked>>();
  const [over, setOver] = useState(false);

  const check = async (given: { readonly name: string; readonly text: string }): Promise<void> => {
    const report = await checkBundle(given.text, trusted);
    setOutcome(E.isLeft(report) ? report : E.right({ ...given, report: report.right }));
  };
  const take = async (taken: File | undefined): Promise<void> => {
    if (taken === undefined) return;
    const given = { name: taken.name, text: await taken.text() };
    setFile(given);
    await check(given);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div className="check">
      <h1>Check evidence</h1>
      <p className="hint">
        An evidence bundle (<code>.domicile.json</code>) is checked here, in this page: its signatures, that
        its events were recorded, that none is missing, and that the answers follow from them. It is sent
        nowhere, and no ledger is asked.
      </p>
      <section className="panel" aria-labelledby="trust-title">
        <header>
          <h2 id="trust-title">Whom you trust</h2>
        </header>
        <div className="panel-text">
          <label htmlFor="trusted">Verifier keys, one per line, or a trust policy (C2SP tlog-policy)</label>
          <textarea
            id="trusted"
            rows={4}
            spellCheck={false}
            value={trusted}
            onChange={(event) => setTrusted(event.target.value)}
          />
          <p className="hint">
            Get them from a source that the operator of the ledger does not control, never from the bundle
            itself.
          </p>
        </div>
      </section>
      <section
        className={`panel check-drop${over ? ' over' : ''}`}
        aria-label="The file"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="panel-text">
          <label htmlFor="bundle">Drop a bundle here, or choose one</label>
          <input
            id="bundle"
            type="file"
            accept=".json,application/json"
            onChange={(event) => void take(event.target.files?.[0])}
          />
          {file === undefined ? null : (
            <button type="button" className="quiet" onClick={() => void check(file)}>
              <Icon name="verified" />
              Check {file.name} again
            </button>
          )}
        </div>
      </section>
      {outcome === undefined ? null : E.isLeft(outcome) ? (
        <p className="state failure" role="alert">
          <Icon name="warning" />
          <span>
            <strong>The trusted keys cannot be read:</strong> {outcome.left}.
          </span>
        </p>
      ) : (
        <Outcome checked={outcome.right} />
      )}
    </div>
  );
};
