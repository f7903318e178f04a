/** A mark in the bar, and a banner on every screen while the log differs from its signed checkpoints. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { readiness } from '../ledger/log-queries.ts';
import { Icon } from '../parts/icon.tsx';

const askAgainMs = 10_000;

/** A link to the integrity page, which shows whether the log agrees with its checkpoints. */
export const IntegrityMark = () => {
  const view = useView();
  const { data } = useQuery({ ...readiness, refetchInterval: askAgainMs });
  const differs = data?.integrityFailure !== undefined;
  const words = differs ? 'Integrity: the log does not match what was signed' : 'Integrity of the log';
  return (
    <Link
      to="/integrity"
      search={clocksOf(view)}
      className={`integrity-mark ${differs ? 'differs' : ''}`}
      aria-label={words}
      title={words}
    >
      <Icon name={differs ? 'warning' : 'verified'} />
    </Link>
  );
};

export const IntegrityBanner = () => {
  const view = useView();
  const { data } = useQuery({ ...readiness, refetchInterval: askAgainMs });
  return (
    <div role="status" className="banner-place">
      {data?.integrityFailure === undefined ? null : (
        <p className="banner">
          <Icon name="warning" />
          <span>
            <strong>The log does not match what was signed.</strong> Nothing is recorded until it is restored,
            and answers may be wrong.{' '}
            <Link to="/integrity" search={clocksOf(view)}>
              See what differs
            </Link>
          </span>
        </p>
      )}
    </div>
  );
};
