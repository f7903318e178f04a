/**
 * Instants in tables: UTC in aligned figures, with the local time as a tooltip.
 */
import { localMoment, tableMoment, wordedMoment } from '../clocks/instants.ts';

export const Moment = ({ at }: { at: string | number }) => {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(ms)) return <span>{at}</span>;
  const { day, time } = tableMoment(ms);
  return (
    <time className="moment" dateTime={new Date(ms).toISOString()} title={`${localMoment(ms)}, your time`}>
      {day}
      {time === '' ? null : <span className="time-of-day"> {time}</span>}
    </time>
  );
};

/** The end of an interval; null means that it has not ended. */
export const Until = ({ at }: { at: string | null }) =>
  at === null ? <span className="lasting">still so</span> : <Moment at={at} />;

/** The beginning of an interval; null means the beginning of time. */
export const Since = ({ at }: { at: string | null }) =>
  at === null ? <span className="lasting">always</span> : <Moment at={at} />;

/** The day of an instant, with the time of day as a tooltip. */
export const Day = ({ at }: { at: string | null }) => {
  if (at === null) return null;
  const ms = Date.parse(at);
  return (
    <time className="moment" dateTime={at} title={`${wordedMoment(ms)}; ${localMoment(ms)}, your time`}>
      {tableMoment(ms).day}
    </time>
  );
};
