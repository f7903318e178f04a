/**
 * The time scrubber: lanes over one scale of valid time, and the moment of the page, which the reader drags by
 * mouse, finger or keyboard.
 */
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { dayMs, localDiffers, localMoment, shortDay, wordedMoment } from '../clocks/instants.ts';
import { Lanes, type LanesProps, neighbour } from './lane-rows.tsx';
import { changesOf, earlier, later, settled, stepOf } from './movement.ts';
import { barWithin, instantAt, percent, place, type Tick, ticksOf, type Window, zoomed } from './scale.ts';
import { type LanesShown, ScrubberButtons, ScrubberKeys } from './scrubber-buttons.tsx';

export interface ScrubberProps extends Pick<LanesProps, 'groups' | 'late' | 'onProof'> {
  /** The shown moment. While it is dragged, the address still has the previous one. */
  readonly at: number;
  /** Whether no moment was chosen, so that it is now. */
  readonly isNow: boolean;
  /** The visible period, and the whole one. */
  readonly window: Window;
  readonly whole: Window;
  /** Called on each movement; `onSettle` is called once when it ends. */
  readonly onMove: (ms: number) => void;
  readonly onSettle: (ms: number, by: 'pointer' | 'keyboard') => void;
  readonly onWindow: (window: Window | undefined) => void;
  readonly legend: ReactNode;
  readonly lanes: LanesShown;
  readonly onLanes: (lanes: LanesShown) => void;
}

/** A smaller movement of the pointer counts as a click. */
const dragPx = 4;
/** The width required for a mark on the scale. */
const tickPx = 64;
/** How long after the last key the moment goes into the address. */
const keysMs = 250;

const useWidth = () => {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, width };
};

const Ticks = ({
  ticks,
  window,
  labelled,
}: {
  ticks: ReadonlyArray<Tick>;
  window: Window;
  labelled: boolean;
}) =>
  ticks.map(({ at, label, major }) => (
    <span key={at} className={major ? 'tick major' : 'tick'} style={{ left: percent(place(window, at)) }}>
      {labelled ? label : null}
    </span>
  ));

export const Scrubber = (props: ScrubberProps) => {
  const { groups, late, at, isNow, window, whole, onMove, onSettle, onWindow, onProof, legend } = props;
  const { box: axis, width } = useWidth();
  const [dragging, setDragging] = useState(false);
  const [focused, setFocused] = useState<string>();
  const pressed = useRef<{ readonly x: number; moved: boolean }>(undefined);
  const body = useRef<HTMLDivElement>(null);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);

  const changes = useMemo(() => changesOf(groups), [groups]);
  /**
   * The targets of keys and buttons: changes of the data itself, without control relations and grants long before.
   */
  const inWhole = useMemo(() => changes.filter((ms) => ms >= whole.from && ms <= whole.to), [changes, whole]);
  const ticks = useMemo(() => ticksOf(window, Math.max(2, Math.floor(width / tickPx))), [window, width]);

  const instantOf = useCallback(
    (clientX: number): number => {
      const rect = axis.current?.getBoundingClientRect();
      if (rect === undefined || rect.width === 0) return at;
      const x = Math.min(1, Math.max(0, (clientX - rect.left) / rect.width));
      return settled(instantAt(window, x), window, rect.width, changes);
    },
    [axis, at, window, changes],
  );

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    pressed.current = { x: event.clientX, moved: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const press = pressed.current;
    if (press === undefined) return;
    if (!press.moved) {
      if (Math.abs(event.clientX - press.x) < dragPx) return;
      press.moved = true;
      body.current?.setPointerCapture(event.pointerId);
      setDragging(true);
    }
    onMove(instantOf(event.clientX));
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>): void => {
    const press = pressed.current;
    pressed.current = undefined;
    setDragging(false);
    if (press === undefined) return;
    const onBar = (event.target as HTMLElement).closest('[data-bar]') !== null;
    // A click between bars goes there; a click on a bar shows its proof.
    if (press.moved || !onBar) onSettle(instantOf(event.clientX), 'pointer');
  };

  const move = (ms: number): void => {
    onMove(ms);
    const x = place(window, ms);
    const length = window.to - window.from;
    // The window follows a moment that leaves it.
    if (x < 0 || x > 1) onWindow({ from: Math.round(ms - length / 2), to: Math.round(ms + length / 2) });
    clearTimeout(settling.current);
    settling.current = setTimeout(() => onSettle(ms, 'keyboard'), keysMs);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = stepOf(event, at, inWhole);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };

  const onBarKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const bar = (event.target as HTMLElement).closest<HTMLElement>('[data-bar]');
    if (bar === null || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    neighbour(bar, event.key)?.focus();
  };

  const bars = groups.flatMap(({ lanes }) => lanes.flatMap(({ rows }) => rows.flat()));
  const inSight = bars.filter(
    (bar) => barWithin(window, bar.from, bar.to ?? Number.MAX_SAFE_INTEGER) !== undefined,
  );
  const entry = inSight.some(({ id }) => id === focused) ? focused : inSight[0]?.id;
  const x = place(window, at);
  const visible = x >= 0 && x <= 1;

  const zoom = (factor: number): void => {
    const next = zoomed(window, factor, visible ? at : (window.from + window.to) / 2);
    onWindow(next.to - next.from >= whole.to - whole.from ? undefined : next);
  };

  return (
    <section
      className={`scrubber lanes-${props.lanes} ${dragging ? 'dragging' : ''}`}
      aria-label="Time scrubber"
    >
      <div className="scrubber-head">
        <h2>Over time</h2>
        <p className="scrubber-moment">
          <strong>{wordedMoment(at)}</strong>
          {isNow ? ' (now)' : ''}
          {localDiffers(at) ? <span className="local"> {localMoment(at)}</span> : null}
        </p>
        {legend}
        <ScrubberButtons
          lanes={props.lanes}
          onLanes={props.onLanes}
          onEarlier={() => move(earlier(inWhole, at) ?? at)}
          onLater={() => move(later(inWhole, at) ?? at)}
          onZoom={zoom}
          onWhole={() => onWindow(undefined)}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields. */}
      <div
        className="scrubber-body"
        role="group"
        aria-label="Lanes"
        ref={body}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          pressed.current = undefined;
          setDragging(false);
        }}
        onKeyDown={onBarKey}
        onFocus={(event) => {
          const id = (event.target as HTMLElement).dataset.bar;
          if (id !== undefined) setFocused(id);
        }}
      >
        <div className="axis-row">
          <div className="lane-label">True on, UTC</div>
          <div className="track axis" ref={axis}>
            <Ticks ticks={ticks} window={window} labelled />
            <div
              role="slider"
              className={visible ? 'handle' : 'handle out'}
              style={{ left: percent(Math.min(1, Math.max(0, x))) }}
              tabIndex={0}
              aria-label="True on"
              aria-orientation="horizontal"
              aria-valuemin={Math.floor(whole.from / dayMs)}
              aria-valuemax={Math.ceil(whole.to / dayMs)}
              aria-valuenow={Math.floor(at / dayMs)}
              aria-valuetext={wordedMoment(at)}
              aria-describedby="scrubber-keys"
              onKeyDown={onKeyDown}
            >
              <span className="handle-label">{shortDay(at)}</span>
            </div>
          </div>
        </div>
        {props.lanes === 'folded' ? null : (
          <Lanes groups={groups} late={late} window={window} entry={entry} onProof={onProof} />
        )}
        <div className="grid-lines" aria-hidden="true">
          <Ticks ticks={ticks} window={window} labelled={false} />
          {visible ? <span className="playhead" style={{ left: percent(x) }} /> : null}
        </div>
      </div>
      <ScrubberKeys />
    </section>
  );
};
