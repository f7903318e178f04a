/**
 * Whether the page is connected to the ledger.
 */
import { useConnection } from '../ledger/live.ts';
import { Icon } from '../parts/icon.tsx';

export const ConnectionMark = () => {
  const connection = useConnection();
  switch (connection.state) {
    case 'connecting':
      return <span className="connection">connecting</span>;
    case 'live':
      return (
        <span className="connection live" title="New events appear on this page automatically">
          <Icon name="live" />
          live, position {connection.head}
        </span>
      );
    case 'lost':
      return (
        <span className="connection lost">
          <Icon name="warning" />
          disconnected
        </span>
      );
    case 'refused':
      return (
        <span className="connection lost">
          <Icon name="warning" />
          key required
        </span>
      );
  }
};

export const LostBanner = () => {
  const connection = useConnection();
  return (
    <div role="status" className="banner-place">
      {connection.state === 'lost' ? (
        <p className="banner">
          <Icon name="warning" />
          <span>
            <strong>The ledger is not responding.</strong> What you see was loaded before{' '}
            {new Date(connection.since).toLocaleTimeString('en-GB')}. The page reconnects by itself; you do
            not have to reload it.
          </span>
        </p>
      ) : null}
    </div>
  );
};
