/**
 * The buttons of the time scrubber, and the list of its keys.
 */
import { Icon } from '../parts/icon.tsx';

/** How many lanes are visible: none, as many as leave space for the page, or as many as fit on the screen. */
export type LanesShown = 'folded' | 'shown' | 'tall';

/** Buttons to go to the next change, to zoom, and to show more or fewer lanes. */
export const ScrubberButtons = ({
  lanes,
  onLanes,
  onEarlier,
  onLater,
  onZoom,
  onWhole,
}: {
  lanes: LanesShown;
  onLanes: (lanes: LanesShown) => void;
  onEarlier: () => void;
  onLater: () => void;
  onZoom: (factor: number) => void;
  onWhole: () => void;
}) => (
  <span className="scrubber-buttons">
    <button type="button" className="quiet" onClick={onEarlier}>
      <Icon name="back" />
      <span>Previous change</span>
    </button>
    <button type="button" className="quiet" onClick={onLater}>
      <span>Next change</span>
      <Icon name="forward" />
    </button>
    <button type="button" className="quiet" aria-label="Zoom in" title="Zoom in" onClick={() => onZoom(0.5)}>
      <Icon name="plus" />
    </button>
    <button type="button" className="quiet" aria-label="Zoom out" title="Zoom out" onClick={() => onZoom(2)}>
      <Icon name="minus" />
    </button>
    <button
      type="button"
      className="quiet"
      aria-label="Show all of time"
      title="Show all of time"
      onClick={onWhole}
    >
      <Icon name="fit" />
    </button>
    {lanes === 'folded' ? null : (
      <button
        type="button"
        className="quiet"
        aria-pressed={lanes === 'tall'}
        onClick={() => onLanes(lanes === 'tall' ? 'shown' : 'tall')}
      >
        <Icon name="tall" />
        <span>{lanes === 'tall' ? 'Fewer lanes' : 'More lanes'}</span>
      </button>
    )}
    <button
      type="button"
      className="quiet"
      aria-expanded={lanes !== 'folded'}
      onClick={() => onLanes(lanes === 'folded' ? 'shown' : 'folded')}
    >
      <Icon name={lanes === 'folded' ? 'up' : 'fold'} />
      <span>{lanes === 'folded' ? 'Show lanes' : 'Hide lanes'}</span>
    </button>
  </span>
);

/** The keys for the handle. */
export const ScrubberKeys = () => (
  <p className="scrubber-keys" id="scrubber-keys">
    Drag the handle, or focus it and press{' '}
    <kbd>
      <Icon name="back" />
    </kbd>{' '}
    <kbd>
      <Icon name="forward" />
    </kbd>{' '}
    for a day, with <kbd>Shift</kbd> for a month, <kbd>Page Up</kbd> <kbd>Page Down</kbd> for a year,{' '}
    <kbd>n</kbd> <kbd>p</kbd> for the next and previous change. Select a bar to see the events that prove it.
  </p>
);
