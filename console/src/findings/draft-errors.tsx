/**
 * Why the ledger refuses a draft, with the place of each error.
 */
import { ClientFailure } from '../../../src/client/client.ts';
import { Icon } from '../parts/icon.tsx';
import { Failure } from '../parts/states.tsx';

export const DraftErrors = ({ error }: { error: unknown }) => {
  const errors =
    error instanceof ClientFailure && error.error.kind === 'problem' ? error.error.problem.errors : undefined;
  if (errors === undefined || errors.length === 0) return <Failure error={error} />;
  return (
    <div className="state failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>This policy cannot be adopted.</strong>
        <ul className="cedar-errors">
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>{message}</li>
          ))}
        </ul>
      </div>
    </div>
  );
};
