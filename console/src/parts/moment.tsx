/**
 * An instant, as a table shows it: UTC in aligned figures; where the reader is, on pointing at it.
 */
import { localMoment, tableMoment, wordedMoment } from '../clocks/instants.ts';

export const Moment = ({ at }: { at: string | number }) => {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(ms)) return <span>{at}</span>;
  const { day, time } = tableMoment(ms);
  return (
    <time
      className="moment"
      dateTime={new Date(ms).toISOString()}
      title={`${localMoment(ms)}, where you are`}
    >
      {day}
      {time === '' ? null : <span className="time-of-day"> {time}</span>}
    </time>
  );
};

/** An instant or, where there is none, that it lasts. */
export const Until = ({ at }: { at: string | null }) =>
  at === null ? <span className="lasting">still so</span> : <Moment at={at} />;

/** An instant, or the beginning of time: so it was as far back as anybody said. */
export const Since = ({ at }: { at: string | null }) =>
  at === null ? <span className="lasting">always</span> : <Moment at={at} />;

/** The day of an instant, where the time of day matters less; pointing at it shows the time. */
export const Day = ({ at }: { at: string | null }) => {
  if (at === null) return null;
  const ms = Date.parse(at);
  return (
    <time className="moment" dateTime={at} title={`${wordedMoment(ms)}; ${localMoment(ms)}, where you are`}>
      {tableMoment(ms).day}
    </time>
  );
};
