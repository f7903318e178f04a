/** The button that opens the erasure of a person, for readers who may erase; others see why they may not. */
import { useQuery } from '@tanstack/react-query';
import { caller } from '../ledger/caller-query.ts';

/** The scope that erasing requires. */
const neededScope = 'admin';

export const EraseButton = ({ onPress }: { onPress: () => void }) => {
  const { data, isPending } = useQuery(caller);
  const lacks = data !== undefined && !data.scopes.includes(neededScope);
  return (
    <span className="erase-button">
      <button
        type="button"
        className="quiet"
        // A server that does not reveal the reader's scopes still refuses what is not allowed.
        disabled={isPending || lacks}
        aria-describedby={lacks ? 'erase-reason' : undefined}
        onClick={onPress}
      >
        Erase this person…
      </button>
      {lacks ? (
        <span id="erase-reason" className="hint">
          To erase people, your key or login needs the scope <code>{neededScope}</code>.
        </span>
      ) : null}
    </span>
  );
};
