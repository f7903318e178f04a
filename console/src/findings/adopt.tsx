/**
 * Adopting a draft, with a reason.
 */
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { orThrow } from '../../../src/client/client.ts';
import { wordedMoment } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { ledger } from '../ledger/session.ts';
import { freshId } from '../parts/fresh-id.ts';
import { type Draft, momentOf } from './draft.ts';
import { DraftErrors } from './draft-errors.tsx';
import { withReason } from './reason.ts';

export const Adopt = ({ draft }: { draft: Draft }) => {
  const view = useView();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const adopt = useMutation({
    mutationFn: async () =>
      orThrow(
        await ledger().events.emit({
          id: `adopted-${freshId()}`,
          source: 'urn:domicile:console',
          type: 'PolicyAdopted',
          time: new Date().toISOString(),
          data: {
            policy: draft.policy,
            title: draft.title.trim(),
            ...(draft.authority.trim() === '' ? {} : { authority: draft.authority.trim() }),
            cedar: withReason(draft.cedar, reason),
            effectiveFrom: momentOf(draft.effectiveFrom),
            ...(draft.effectiveUntil === '' ? {} : { effectiveUntil: momentOf(draft.effectiveUntil) }),
          },
        }),
      ),
    onSuccess: ({ position }) => {
      void navigate({
        to: '/findings',
        search: { ...clocksOf(view), policy: draft.policy, proof: position },
      });
    },
  });
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() !== '') adopt.mutate();
  };
  return (
    <form className="panel adopt" aria-labelledby="adopt-title" onSubmit={go}>
      <header>
        <h2 id="adopt-title">Adopt this policy</h2>
      </header>
      <div className="panel-text">
        <p className="hint">
          The policy takes effect on {wordedMoment(Date.parse(momentOf(draft.effectiveFrom)))}. If{' '}
          <bdi>{draft.policy}</bdi> was adopted before, this becomes its next version; the findings of older
          versions stay as they are.
        </p>
        <label htmlFor="reason">
          Reason for the adoption. It is recorded permanently, as a comment above the rules, and shown with
          the version.
        </label>
        <textarea
          id="reason"
          rows={2}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {adopt.isError ? <DraftErrors error={adopt.error} /> : null}
        <button type="submit" disabled={reason.trim() === '' || adopt.isPending}>
          {adopt.isPending ? 'Adopting…' : 'Adopt this policy'}
        </button>
      </div>
    </form>
  );
};
