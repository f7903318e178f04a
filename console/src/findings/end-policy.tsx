/** Suspends, reinstates and withdraws a policy, each with a separate event (R18). */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { orThrow } from '../../../src/client/client.ts';
import { ledger } from '../ledger/session.ts';
import { freshId } from '../parts/fresh-id.ts';
import { Failure } from '../parts/states.tsx';

type Ending = 'PolicySuspended' | 'PolicyReinstated' | 'PolicyWithdrawn';

const endings: ReadonlyArray<readonly [Ending, label: string, says: string]> = [
  ['PolicySuspended', 'Suspend', 'From now on it does not apply, until it is reinstated.'],
  ['PolicyReinstated', 'Reinstate', 'If it was suspended, it applies again from now on.'],
  ['PolicyWithdrawn', 'Withdraw', 'From now on it never applies again. Its findings until now stay.'],
];

export const EndPolicy = ({ policy }: { policy: string }) => {
  const [chosen, setChosen] = useState<Ending>();
  const record = useMutation({
    mutationFn: async (type: Ending) =>
      orThrow(
        await ledger().events.emit({
          id: `policy-${freshId()}`,
          source: 'urn:domicile:console',
          type,
          time: new Date().toISOString(),
          data: { policy },
        }),
      ),
    onSuccess: () => setChosen(undefined),
  });
  const ending = endings.find(([type]) => type === chosen);
  return (
    <div className="end-policy">
      {endings.map(([type, label]) => (
        <button
          key={type}
          type="button"
          className="quiet"
          aria-pressed={chosen === type}
          onClick={() => setChosen(chosen === type ? undefined : type)}
        >
          {label}
        </button>
      ))}
      {ending === undefined ? null : (
        <p>
          {ending[2]}{' '}
          <button type="button" disabled={record.isPending} onClick={() => record.mutate(ending[0])}>
            {record.isPending ? 'Recording…' : `${ending[1]} this policy`}
          </button>
        </p>
      )}
      {record.isError ? <Failure error={record.error} /> : null}
    </div>
  );
};
