/** Warnings for the author of a draft, such as rules that never fire. */
import type { PolicyWarning } from '../../../src/client/client.ts';
import { shownText } from '../../../src/contract/shown-text.ts';

export const DraftWarnings = ({ warnings }: { warnings: ReadonlyArray<PolicyWarning> }) =>
  warnings.length === 0 ? null : (
    <section className="panel" aria-label="Warnings about the draft">
      <header>
        <h2>Warnings</h2>
      </header>
      <div className="panel-text">
        <ul>
          {warnings.map(({ rule, line, column, message }) => (
            <li key={`${line} ${column} ${message}`}>
              {line === null ? null : `Line ${line}, column ${column}: `}
              {rule === null ? null : (
                <>
                  rule <bdi>{shownText(rule)}</bdi>:{' '}
                </>
              )}
              <bdi>{shownText(message)}</bdi>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
