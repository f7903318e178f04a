/** Why the ledger refuses a request, with each error. */
import { ClientFailure } from '../../../src/client/client.ts';
import { Icon } from './icon.tsx';
import { Failure } from './states.tsx';

export const Refusal = ({
  error,
  what,
  withPlaces = false,
  className,
}: {
  error: unknown;
  /** What was refused. */
  what: string;
  /** Whether to show the place of each error. */
  withPlaces?: boolean;
  className?: string;
}) => {
  const errors =
    error instanceof ClientFailure && error.error.kind === 'problem' ? error.error.problem.errors : undefined;
  if (errors === undefined || errors.length === 0) return <Failure error={error} />;
  return (
    <div className="state failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{what}</strong>
        <ul className={className}>
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              {!withPlaces || pointer === undefined || pointer === '' ? '' : `${pointer}: `}
              {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
};
