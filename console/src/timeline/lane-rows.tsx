/** The lanes below the scale: a bar for each interval, and late events. */
import { memo, type ReactNode } from 'react';
import { shortDay } from '../clocks/instants.ts';
import { Icon } from '../parts/icon.tsx';
import type { Bar, Lane, LaneGroup } from './lanes.ts';
import type { Late } from './lateness.ts';
import { barWithin, type Window } from './scale.ts';

export interface LanesProps {
  readonly groups: ReadonlyArray<LaneGroup>;
  /** Late events, drawn from when they happened to when they were learned. */
  readonly late: ReadonlyArray<Late>;
  readonly window: Window;
  readonly onProof: (events: ReadonlyArray<string>) => void;
  /** The bar that `Tab` focuses; arrow keys move on from it. */
  readonly entry: string | undefined;
}

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
  onProof: LanesProps['onProof'];
}) => {
  const end = bar.to ?? Number.MAX_SAFE_INTEGER;
  const at = barWithin(window, bar.from, end);
  if (at === undefined) return null;
  const shownFrom = Math.max(bar.from, window.from);
  const shownTo = Math.min(end, window.to);
  const overdue =
    bar.overdueFrom === null
      ? undefined
      : barWithin({ from: shownFrom, to: shownTo }, Math.max(bar.overdueFrom, shownFrom), shownTo);
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

/** The rows of late events come after all others. */
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
  onProof: LanesProps['onProof'];
}) => {
  const at = barWithin(window, late.happened, late.learned);
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

/** The bar that an arrow key moves to. */
export const neighbour = (from: HTMLElement, key: string): HTMLElement | undefined => {
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

/** Lanes of a group to draw. The tables have all. */
const lanesMax = 60;

/** All lanes. They render again when they or the window change, but not while the moment is dragged. */
export const Lanes = memo(({ groups, late, window, entry, onProof }: LanesProps) => {
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
});

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

/** Late events, packed into rows. */
const LateLane = ({
  late,
  window,
  onProof,
}: {
  late: ReadonlyArray<Late>;
  window: Window;
  onProof: LanesProps['onProof'];
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
