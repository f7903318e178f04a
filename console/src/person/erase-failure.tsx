/** Why an erasure failed, whether it may have erased the person, and what to do next. */
import { ClientFailure } from '../../../src/client/client.ts';
import { Icon } from '../parts/icon.tsx';
import { Failure } from '../parts/states.tsx';

/** The problem that the ledger answered with, if it answered. */
const statusOf = (error: unknown): number | undefined =>
  error instanceof ClientFailure && error.error.kind === 'problem' ? error.error.status : undefined;

/** The lowest status of an answer that says that the server failed. */
const serverFailed = 500;

/** Whether the person may be erased, completely or in part, although the erasure failed. */
export const mayHaveErased = (error: unknown): boolean => (statusOf(error) ?? serverFailed) >= serverFailed;

export const EraseFailure = ({ error }: { error: unknown }) => {
  if (statusOf(error) === undefined)
    return (
      <div className="state failure" role="alert">
        <Icon name="warning" />
        <div>
          <strong>The connection broke before the ledger answered.</strong> This person may be erased already.
          The lists above are from before the erasure: save them now. Then erase the person again. If the
          person is erased already, this page will say so.
        </div>
      </div>
    );
  return (
    <>
      <Failure error={error} />
      <p className="hint">
        {mayHaveErased(error)
          ? 'The erasure may have stopped halfway. Save the lists above, and erase the person again to complete it.'
          : 'Nobody was erased.'}
      </p>
    </>
  );
};
