/**
 * Reports that the vault cannot be asked or lacks people of the log: then names are missing, but not the people.
 */
import { useQuery } from '@tanstack/react-query';
import { readiness } from '../ledger/log-queries.ts';
import { Icon } from '../parts/icon.tsx';

/** How often to poll the vault's state. */
const vaultMs = 10_000;

export const VaultBanner = () => {
  const ready = useQuery({ ...readiness, refetchInterval: vaultMs });
  const failure = ready.data?.vaultFailure;
  return (
    <div role="status" className="banner-place">
      {failure === undefined ? null : (
        <p className="banner">
          <Icon name="warning" />
          <span>
            <strong>The vault is unavailable or incomplete.</strong> People whom it does not know appear under
            pseudonyms, and can be neither found by name nor erased. The reason: {failure}
          </span>
        </p>
      )}
    </div>
  );
};
