/**
 * The clocks of an answer, in a sentence, with what can be done with them.
 */
import type { Clocks } from '../../../src/client/client.ts';
import { Icon } from '../parts/icon.tsx';
import { assuranceWords } from './clock-bar.tsx';
import { instantOf, localDiffers, localMoment, wordedMoment } from './instants.ts';
import { useChangeView, useView } from './use-view.ts';

/** When the answer was known: what the ledger says of it, to the minute. */
const Known = ({ clocks }: { clocks: Clocks | undefined }) =>
  clocks === undefined ? null : (
    <span className="detail">
      {' '}
      log position {clocks.position}, {wordedMoment(Math.floor(Date.parse(clocks.knownAt) / 60_000) * 60_000)}
    </span>
  );

const PrintButton = () => (
  <button type="button" className="quiet" onClick={() => window.print()}>
    <Icon name="print" />
    Print
  </button>
);

/** For an answer over all time, as known now, whatever clocks the address names. */
export const AllTimeSentence = ({ clocks }: { clocks: Clocks }) => (
  <div className="clock-sentence">
    <p>
      <Icon name="clock" />
      <span>
        Over <strong>all time</strong>
      </span>
    </p>
    <p>
      <Icon name="live" />
      <span>
        As known <strong>now</strong>
        <Known clocks={clocks} />
      </span>
    </p>
    <span className="clock-actions">
      <PrintButton />
    </span>
  </div>
);

/**
 * For an answer at a moment.
 *
 * @param at the moment that is shown while the time scrubber is dragged; otherwise that of the answer.
 * @param knownOnly for the log, whose events have no moment at which they are true together.
 */
export const ClockSentence = ({
  clocks,
  at,
  knownOnly = false,
}: {
  clocks: Clocks | undefined;
  at?: number | undefined;
  knownOnly?: boolean;
}) => {
  const view = useView();
  const change = useChangeView();
  const answered = clocks === undefined ? undefined : Date.parse(clocks.validAt);
  // Where no moment was chosen it is now, shown to the minute.
  const now =
    answered === undefined || view.validAt !== undefined ? answered : Math.floor(answered / 60_000) * 60_000;
  const valid = at ?? now;
  const knownNow = view.knownAt === undefined && view.knownPosition === undefined;
  const pinned = !knownNow && (knownOnly || view.validAt !== undefined);
  return (
    <div className={`clock-sentence ${knownNow ? '' : 'known-then'}`}>
      <p hidden={knownOnly}>
        <Icon name="clock" />
        <span>
          True on <strong>{valid === undefined ? '…' : wordedMoment(valid)}</strong>
          {view.validAt === undefined && at === undefined ? ' (now)' : ''}
          {valid !== undefined && localDiffers(valid) ? (
            <span className="local"> {localMoment(valid)}</span>
          ) : null}
        </span>
      </p>
      <p>
        <Icon name={knownNow ? 'live' : 'pin'} />
        <span>
          {knownNow ? (
            <>
              As known <strong>now</strong>
            </>
          ) : view.knownPosition !== undefined ? (
            <>
              As known <strong>at position {view.knownPosition}</strong>, without what was learned later
            </>
          ) : (
            <>
              As known <strong>on {wordedMoment(instantOf(view.knownAt) ?? 0)}</strong>, without what was
              learned later
            </>
          )}
          <Known clocks={clocks} />
        </span>
      </p>
      <p hidden={knownOnly}>
        Counting events <strong>{assuranceWords[view.minAssurance ?? 'claimed']}</strong>
      </p>
      <span className="clock-actions">
        {clocks === undefined || pinned ? null : (
          <button
            type="button"
            className="quiet"
            title="Puts both clocks into the address, so that the link always shows this answer"
            onClick={() =>
              change({
                ...(knownOnly ? {} : { validAt: view.validAt ?? clocks.validAt }),
                knownAt: undefined,
                knownPosition: clocks.position,
              })
            }
          >
            <Icon name="pin" />
            {knownOnly ? 'Pin the known time' : 'Pin both clocks'}
          </button>
        )}
        {knownNow ? null : (
          <button
            type="button"
            className="quiet"
            onClick={() => change({ knownAt: undefined, knownPosition: undefined })}
          >
            Show as known now
          </button>
        )}
        <PrintButton />
      </span>
    </div>
  );
};
