/**
 * The way from anything that is shown to the events that prove it.
 */
import { Link } from '@tanstack/react-router';
import { Icon } from './icon.tsx';

/** Events that fit into an address; further ones are reached from these. */
const proofEventsMax = 200;

export const proofText = (events: ReadonlyArray<string>): string => events.slice(0, proofEventsMax).join(',');

export const ProofLink = ({
  events,
  of,
  label,
}: {
  events: ReadonlyArray<string>;
  of: string;
  /** What the link says, instead of how many events there are. */
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
