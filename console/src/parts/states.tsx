/** The states of a screen while it loads and after an error: what happened, and what to do. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ClientFailure } from '../../../src/client/client.ts';
import { UnreadableAddress } from '../clocks/address-fields.ts';
import { Icon } from './icon.tsx';

export const Loading = ({ what }: { what: string }) => (
  <p className="state loading" role="status">
    Loading {what}…
  </p>
);

/** Whether a question failed because its subject is unknown to the ledger. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof ClientFailure && error.error.kind === 'problem' && error.error.status === 404;

/** The router wraps errors thrown for an address. */
const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error);

const isUnreadable = (error: unknown): boolean => causeOf(error) instanceof UnreadableAddress;

const adviceFor = (error: unknown): { readonly title: string; readonly advice: string } => {
  const cause = causeOf(error);
  if (cause instanceof UnreadableAddress) {
    return {
      title: 'The address cannot be read.',
      advice: `${cause.message}. Correct it, or choose another value above.`,
    };
  }
  if (!(error instanceof ClientFailure)) {
    return { title: 'The page failed.', advice: error instanceof Error ? error.message : String(error) };
  }
  const failure = error.error;
  switch (failure.kind) {
    case 'network':
      return {
        title: 'The ledger is not responding.',
        advice: 'Nothing is lost. The page reconnects as soon as the server is back.',
      };
    case 'cancelled':
      return { title: 'The request was cancelled.', advice: 'Try again.' };
    case 'undecodable':
      return { title: 'The page cannot read the answer.', advice: failure.message };
    case 'problem': {
      const { title, detail, parameter } = failure.problem;
      const where = parameter === undefined ? '' : ` Change it above, or in the address: ${parameter}.`;
      return { title: `${title}.`, advice: `${detail ?? ''}${where}` };
    }
  }
};

export const Failure = ({ error, retry }: { error: unknown; retry?: () => void }) => {
  const { title, advice } = adviceFor(error);
  return (
    <div className="state failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}</strong> <span>{advice}</span>
        {retry === undefined || isUnreadable(error) ? null : (
          <button type="button" className="quiet" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
};

/** The answer to a question, or its state until there is one. */
export const Answered = <A,>({
  of,
  what,
  children,
}: {
  of: UseQueryResult<A>;
  what: string;
  children: (answer: A) => ReactNode;
}) => {
  if (of.data !== undefined) return children(of.data);
  if (of.isError) return <Failure error={of.error} retry={() => void of.refetch()} />;
  return <Loading what={what} />;
};
