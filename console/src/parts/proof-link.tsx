/**
 * Links to the events that prove an answer.
 */
import { Link } from '@tanstack/react-router';
import { Icon } from './icon.tsx';

/** Events that fit into an address. Further ones are not shown. */
const proofEventsMax = 200;

export const proofText = (events: ReadonlyArray<string>): string => events.slice(0, proofEventsMax).join(',');

export const ProofLink = ({
  events,
  of,
  label,
}: {
  events: ReadonlyArray<string>;
  of: string;
  /** The text of the link; by default the number of events. */
  label?: string;
}) => {
  if (events.length === 0) return <span className="unknown">none</span>;
  const shown = label ?? (events.length === 1 ? '1 event' : `${events.length} events`);
  return (
    <Link
      to="."
      search={(previous) => ({ ...previous, proof: proofText(events) })}
      className="proof-link"
      resetScroll={false}
      aria-label={`${shown}, proof of ${of}`}
    >
      <Icon name="proof" />
      {shown}
    </Link>
  );
};
