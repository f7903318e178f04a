/** The clocks of an answer in a sentence, with actions for them. */
import { useQuery } from '@tanstack/react-query';
import type { Clocks } from '../../../src/client/client.ts';
import { firstEvent } from '../ledger/log-queries.ts';
import { Icon } from '../parts/icon.tsx';
import { Id } from '../parts/names.tsx';
import { assuranceWords } from './clock-bar.tsx';
import { instantOf, localDiffers, localMoment, wordedMoment } from './instants.ts';
import { useChangeView, useView } from './use-view.ts';

/** The known time of an answer, to the minute. */
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

/** For an answer over all time, as known now, whatever the clocks of the address. */
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

/** Sources to name; the title lists all. */
const namedSourcesMax = 3;

/** The known time is before the first event; says when that was recorded. */
const KnownNothing = () => {
  const recordedAt = useQuery(firstEvent).data?.data[0]?.recordedat;
  return (
    <p className="known-nothing" role="status">
      <Icon name="warning" />
      <span>
        <strong>Nothing was known then.</strong>{' '}
        {recordedAt === undefined
          ? 'The first event of the ledger was recorded later: choose a later known time.'
          : `This ledger recorded its first event on ${wordedMoment(Date.parse(recordedAt))}: choose a later known time.`}
      </span>
    </p>
  );
};

/** How far the sources of the answer have vouched, or that nothing was known at all. */
const Heard = ({ clocks }: { clocks: Clocks }) => {
  if (clocks.knownNothing === true) return <KnownNothing />;
  const heard = clocks.heardUntil ?? [];
  if (heard.length === 0) return null;
  const vouched = heard.flatMap(({ source, upTo }) => (upTo === null ? [] : [{ source, upTo }]));
  const silent = heard.length - vouched.length;
  const all = heard.map(({ source, upTo }) => `${source}: ${upTo ?? 'never'}`).join('\n');
  return (
    <p title={`Each source has vouched that it reported everything up to:\n${all}`}>
      <Icon name="clock" />
      <span>
        {vouched.length === 0
          ? 'No source of this answer has vouched that it reported everything'
          : 'Complete '}
        {vouched.slice(0, namedSourcesMax).map(({ source, upTo }, index) => (
          <span key={source}>
            {index === 0 ? '' : ', '}
            by <Id>{source}</Id> up to {wordedMoment(Date.parse(upTo))}
          </span>
        ))}
        {vouched.length > namedSourcesMax ? ` and by ${vouched.length - namedSourcesMax} more` : ''}
        {vouched.length > 0 && silent > 0
          ? `; ${silent} ${silent === 1 ? 'source has' : 'sources have'} never vouched`
          : ''}
      </span>
    </p>
  );
};

/**
 * For an answer at a moment.
 *
 * @param at the moment shown while the time scrubber is dragged; otherwise that of the answer.
 * @param knownOnly for the log, whose events have no common valid time.
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
  // Without a chosen moment it is now, shown to the minute.
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
      {clocks === undefined ? null : <Heard clocks={clocks} />}
      <span className="clock-actions">
        {clocks === undefined || pinned ? null : (
          <button
            type="button"
            className="quiet"
            title="Puts both clocks into the address, so the link always shows this answer"
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
