/**
 * The time scrubber: lanes over one scale of valid time, and the moment that the page is about, which is dragged along it
 * by mouse, finger or keyboard.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { dayMs, localDiffers, localMoment, shortDay, wordedMoment } from '../clocks/instants.ts';
import { Icon } from '../parts/icon.tsx';
import type { Bar, Lane, LaneGroup } from './lanes.ts';
import type { Late } from './lateness.ts';
import { instantAt, place, type Tick, ticksOf, type Window, zoomed } from './scale.ts';

export interface ScrubberProps {
  readonly groups: ReadonlyArray<LaneGroup>;
  /** What was learned later than it happened, each drawn from the one to the other. */
  readonly late: ReadonlyArray<Late>;
  /** The moment as it is shown: while it is dragged, ahead of the address. */
  readonly at: number;
  /** Whether no moment was chosen: then it is now, and moves along. */
  readonly isNow: boolean;
  /** What is shown, and the widest that makes sense. */
  readonly window: Window;
  readonly whole: Window;
  /** Told on each movement, and once more where it ends. */
  readonly onMove: (ms: number) => void;
  readonly onSettle: (ms: number, by: 'pointer' | 'keyboard') => void;
  readonly onWindow: (window: Window | undefined) => void;
  readonly onProof: (events: ReadonlyArray<string>) => void;
  readonly legend: ReactNode;
  /** Whether the lanes are folded away, so that the scale alone is left. */
  readonly folded: boolean;
  readonly onFold: (folded: boolean) => void;
}

/** Whether the lanes are out of the way: as chosen, else where there is little room. */
export const isFolded = ({ lanes }: { readonly lanes?: string }): boolean =>
  lanes === undefined ? window.matchMedia('(max-width: 700px)').matches : lanes === 'folded';

/** A movement of the pointer by less is a click. */
const dragPx = 4;
/** Within this distance the moment goes to the beginning or the end of a bar. */
const snapPx = 5;
/** Room of a mark on the scale. */
const tickPx = 64;

const percent = (x: number): string => `${(x * 100).toFixed(4)}%`;

/** Where a stretch is drawn, cut off at the window; nothing where it is outside. */
const stretch = (
  window: Window,
  from: number,
  to: number,
): { readonly style: CSSProperties; readonly cutLeft: boolean; readonly cutRight: boolean } | undefined => {
  const a = place(window, from);
  const b = place(window, to);
  if (b <= 0 || a >= 1) return undefined;
  const left = Math.max(0, a);
  const right = Math.min(1, b);
  return { style: { left: percent(left), width: percent(right - left) }, cutLeft: a < 0, cutRight: b > 1 };
};

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

/** Where a moment that is dragged comes to rest: at a change nearby, else at a round time. */
const settled = (ms: number, window: Window, width: number, changes: ReadonlyArray<number>): number => {
  const msPerPx = (window.to - window.from) / Math.max(1, width);
  let best: number | undefined;
  for (const change of changes) {
    if (best === undefined || Math.abs(change - ms) < Math.abs(best - ms)) best = change;
  }
  if (best !== undefined && Math.abs(best - ms) <= snapPx * msPerPx) return best;
  const unit = msPerPx > 2 * 3_600_000 ? dayMs : msPerPx > 120_000 ? 3_600_000 : 60_000;
  return Math.round(ms / unit) * unit;
};

const BarMark = ({
  bar,
  window,
  row,
  focusable,
  onProof,
}: {
  bar: Bar;
  window: Window;
  row: number;
  focusable: boolean;
  onProof: ScrubberProps['onProof'];
}) => {
  const end = bar.to ?? Number.MAX_SAFE_INTEGER;
  const at = stretch(window, bar.from, end);
  if (at === undefined) return null;
  const shownFrom = Math.max(bar.from, window.from);
  const shownTo = Math.min(end, window.to);
  const overdue =
    bar.overdueFrom === null
      ? undefined
      : stretch({ from: shownFrom, to: shownTo }, Math.max(bar.overdueFrom, shownFrom), shownTo);
  const late = bar.late === undefined ? '' : `, learned on or after ${shortDay(bar.late.learned)}`;
  const classes = [
    'bar',
    `bar-${bar.look}`,
    bar.assurance === null ? '' : `attested-${bar.assurance}`,
    at.cutLeft ? 'cut-left' : '',
    at.cutRight || bar.to === null ? 'cut-right' : '',
  ];
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(' ')}
      style={at.style}
      aria-label={`${bar.label === '' ? '' : `${bar.label}: `}${bar.words}${late}. Show the events that prove it.`}
      title={`${bar.words}${late}`}
      tabIndex={focusable ? 0 : -1}
      data-bar={bar.id}
      data-row={row}
      data-from={bar.from}
      data-to={end}
      onClick={() => onProof(bar.events)}
    >
      {overdue === undefined ? null : <span className="overdue" style={overdue.style} />}
      {bar.late !== undefined && !at.cutLeft ? <Icon name="late" className="late-mark" /> : null}
      <span className="bar-label">{bar.label}</span>
    </button>
  );
};

/** Rows of what was learned late are beneath all others. */
const lateRows = 1_000_000;

const LateMark = ({
  late,
  window,
  row,
  onProof,
}: {
  late: Late;
  window: Window;
  row: number;
  onProof: ScrubberProps['onProof'];
}) => {
  const at = stretch(window, late.happened, late.learned);
  if (at === undefined) return null;
  const words = `Happened ${shortDay(late.happened)}, learned on or after ${shortDay(late.learned)}: ${late.event.type} ${late.event.id}`;
  return (
    <button
      type="button"
      className={`late-span ${at.cutLeft ? 'cut-left' : ''} ${at.cutRight ? 'cut-right' : ''}`}
      style={at.style}
      title={words}
      aria-label={`${words}. Show the event.`}
      tabIndex={-1}
      data-bar={`late ${late.event.position}`}
      data-row={row}
      data-from={late.happened}
      data-to={late.learned}
      onClick={() => onProof([late.event.position])}
    >
      {at.cutLeft ? null : <Icon name="late" />}
      <span className="late-line" />
      {at.cutRight ? null : <span className="late-end" />}
    </button>
  );
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

/** The bar to go to from another by an arrow key. */
const neighbour = (from: HTMLElement, key: string): HTMLElement | undefined => {
  const all = [...(from.closest('.scrubber')?.querySelectorAll<HTMLElement>('[data-bar]') ?? [])];
  const row = Number(from.dataset.row);
  const within = all.filter((each) => Number(each.dataset.row) === row);
  const index = within.indexOf(from);
  if (key === 'ArrowLeft') return within[index - 1];
  if (key === 'ArrowRight') return within[index + 1];
  const rows = [...new Set(all.map((each) => Number(each.dataset.row)))].sort((a, b) => a - b);
  const target = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
  const middle =
    (Number(from.dataset.from) + Math.min(Number(from.dataset.to), Number(from.dataset.from) + 1)) / 2;
  return all
    .filter((each) => Number(each.dataset.row) === target)
    .reduce<HTMLElement | undefined>((best, each) => {
      const far = (element: HTMLElement): number => Math.abs(Number(element.dataset.from) - middle);
      return best === undefined || far(each) < far(best) ? each : best;
    }, undefined);
};

export const Scrubber = (props: ScrubberProps) => {
  const {
    groups,
    late,
    at,
    isNow,
    window,
    whole,
    onMove,
    onSettle,
    onWindow,
    onProof,
    legend,
    folded,
    onFold,
  } = props;
  const { box: axis, width } = useWidth();
  const [dragging, setDragging] = useState(false);
  const [focused, setFocused] = useState<string>();
  const pressed = useRef<{ readonly x: number; moved: boolean }>(undefined);
  const body = useRef<HTMLDivElement>(null);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);

  const changes = useMemo(
    () =>
      [
        ...new Set(
          groups.flatMap(({ lanes }) =>
            lanes.flatMap(({ rows }) =>
              rows.flatMap((bars) =>
                bars.flatMap(({ from, to, overdueFrom }) =>
                  [from, to, overdueFrom].filter((ms): ms is number => ms !== null && Number.isFinite(ms)),
                ),
              ),
            ),
          ),
        ),
      ].sort((a, b) => a - b),
    [groups],
  );
  /** What arrow keys and buttons go to: changes of what is shown, not of what led there long before. */
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
    // A click on the lanes goes there; a click on a bar shows what proves it.
    if (press.moved || !onBar) onSettle(instantOf(event.clientX), 'pointer');
  };

  const move = (ms: number): void => {
    onMove(ms);
    const x = place(window, ms);
    const length = window.to - window.from;
    // What is shown goes along with what is beyond it.
    if (x < 0 || x > 1) onWindow({ from: Math.round(ms - length / 2), to: Math.round(ms + length / 2) });
    clearTimeout(settling.current);
    settling.current = setTimeout(() => onSettle(ms, 'keyboard'), 250);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const month = (months: number): number => {
      const date = new Date(at);
      date.setUTCMonth(date.getUTCMonth() + months);
      return date.getTime();
    };
    const day = Math.floor(at / dayMs) * dayMs;
    const steps: Record<string, () => number | undefined> = {
      ArrowRight: () => (event.shiftKey ? month(1) : day + dayMs),
      ArrowUp: () => day + dayMs,
      ArrowLeft: () => (event.shiftKey ? month(-1) : at > day ? day : day - dayMs),
      ArrowDown: () => (at > day ? day : day - dayMs),
      PageUp: () => month(12),
      PageDown: () => month(-12),
      Home: () => inWhole[0],
      End: () => inWhole.at(-1),
      n: () => inWhole.find((ms) => ms > at),
      p: () => inWhole.findLast((ms) => ms < at),
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = steps[event.key]?.();
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };

  const onBarKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const bar = (event.target as HTMLElement).closest<HTMLElement>('[data-bar]');
    if (bar === null || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    const next = neighbour(bar, event.key);
    next?.focus();
  };

  const bars = groups.flatMap(({ lanes }) => lanes.flatMap(({ rows }) => rows.flat()));
  const inSight = bars.filter(
    (bar) => stretch(window, bar.from, bar.to ?? Number.MAX_SAFE_INTEGER) !== undefined,
  );
  const entry = inSight.some(({ id }) => id === focused) ? focused : inSight[0]?.id;
  const x = place(window, at);
  const visible = x >= 0 && x <= 1;

  const zoom = (factor: number): void => {
    const next = zoomed(window, factor, visible ? at : (window.from + window.to) / 2);
    onWindow(next.to - next.from >= whole.to - whole.from ? undefined : next);
  };

  return (
    <section className={`scrubber ${dragging ? 'dragging' : ''}`} aria-label="Time scrubber">
      <div className="scrubber-head">
        <h2>Over time</h2>
        <p className="scrubber-moment">
          <strong>{wordedMoment(at)}</strong>
          {isNow ? ' (now)' : ''}
          {localDiffers(at) ? <span className="local"> {localMoment(at)}</span> : null}
        </p>
        {legend}
        <span className="zoom">
          <button
            type="button"
            className="quiet"
            onClick={() => move(inWhole.findLast((ms) => ms < at) ?? at)}
          >
            <Icon name="back" />
            <span>Earlier change</span>
          </button>
          <button type="button" className="quiet" onClick={() => move(inWhole.find((ms) => ms > at) ?? at)}>
            <span>Later change</span>
            <Icon name="forward" />
          </button>
          <button type="button" className="quiet" aria-label="Show a shorter time" onClick={() => zoom(0.5)}>
            <Icon name="plus" />
          </button>
          <button type="button" className="quiet" aria-label="Show a longer time" onClick={() => zoom(2)}>
            <Icon name="minus" />
          </button>
          <button
            type="button"
            className="quiet fold"
            aria-expanded={!folded}
            onClick={() => onFold(!folded)}
          >
            <Icon name={folded ? 'up' : 'fold'} />
            <span>{folded ? 'Show the lanes' : 'Fold the lanes'}</span>
          </button>
          <button
            type="button"
            className="quiet"
            aria-label="Show all of the time"
            onClick={() => onWindow(undefined)}
          >
            <Icon name="fit" />
          </button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a set of fields it is not. */}
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
        {folded ? null : (
          <Lanes groups={groups} late={late} window={window} entry={entry} onProof={onProof} />
        )}
        <div className="grid-lines" aria-hidden="true">
          <Ticks ticks={ticks} window={window} labelled={false} />
          {visible ? <span className="playhead" style={{ left: percent(x) }} /> : null}
        </div>
      </div>
      <p className="scrubber-keys" id="scrubber-keys">
        Drag, or with the handle in focus:{' '}
        <kbd>
          <Icon name="back" />
        </kbd>{' '}
        <kbd>
          <Icon name="forward" />
        </kbd>{' '}
        a day, with <kbd>Shift</kbd> a month, <kbd>Page</kbd> a year, <kbd>n</kbd> <kbd>p</kbd> the next and
        previous change. Each bar opens the events that prove it.
      </p>
    </section>
  );
};

/** Lanes of a group that are drawn; the tables show all. */
const lanesMax = 60;

/** All lanes: drawn anew when they or the window change, not while the moment is dragged. */
const Lanes = memo(
  ({
    groups,
    late,
    window,
    entry,
    onProof,
  }: Pick<ScrubberProps, 'groups' | 'late' | 'window' | 'onProof'> & { entry: string | undefined }) => {
    let row = 0;
    return (
      <>
        {groups
          .filter(({ lanes }) => lanes.length > 0)
          .map((group) => (
            <Group
              key={group.id}
              label={
                group.lanes.length > lanesMax
                  ? `${group.label}: the first ${lanesMax} of ${group.lanes.length}`
                  : group.label
              }
            >
              {group.lanes.slice(0, lanesMax).map((lane) => (
                <LaneRow key={lane.id} lane={lane}>
                  {lane.rows.map((each) => {
                    row++;
                    return (
                      <div className="lane-row" key={each[0]?.id}>
                        {each.map((bar) => (
                          <BarMark
                            key={bar.id}
                            bar={bar}
                            row={row}
                            window={window}
                            focusable={bar.id === entry}
                            onProof={onProof}
                          />
                        ))}
                      </div>
                    );
                  })}
                </LaneRow>
              ))}
            </Group>
          ))}
        {late.length === 0 ? null : (
          <Group label="Learned later">
            <LateLane late={late} window={window} onProof={onProof} />
          </Group>
        )}
      </>
    );
  },
);

const Group = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="lane-group">
    <h3>{label}</h3>
    {children}
  </div>
);

const LaneRow = ({ lane, children }: { lane: Lane; children: ReactNode }) => (
  <div className={lane.rows.length > 1 ? 'lane tall' : 'lane'}>
    <div className="lane-label" title={`${lane.label} ${lane.note}`}>
      <bdi>{lane.label}</bdi>
      {lane.note === '' ? null : <span className="lane-note">{lane.note}</span>}
    </div>
    <div className="track">{children}</div>
  </div>
);

/** What was learned later: each from when it happened to when it was learned, packed into rows. */
const LateLane = ({
  late,
  window,
  onProof,
}: {
  late: ReadonlyArray<Late>;
  window: Window;
  onProof: ScrubberProps['onProof'];
}) => {
  const rows: { end: number; late: Late[] }[] = [];
  for (const each of [...late].sort((a, b) => a.happened - b.happened)) {
    const row = rows.find(({ end }) => end <= each.happened);
    if (row === undefined) rows.push({ end: each.learned, late: [each] });
    else {
      row.late.push(each);
      row.end = each.learned;
    }
  }
  return (
    <div className="lane">
      <div className="lane-label">
        <span>happened</span>
        <span className="lane-note">learned</span>
      </div>
      <div className="track">
        {rows.map((row, index) => (
          <div className="lane-row" key={row.late[0]?.event.position}>
            {row.late.map((each) => (
              <LateMark
                key={each.event.position}
                late={each}
                row={lateRows + index}
                window={window}
                onProof={onProof}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
};
