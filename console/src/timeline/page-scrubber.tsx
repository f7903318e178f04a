/**
 * The time scrubber of a screen, connected to the address.
 */
import { type ReactNode, useCallback, useMemo } from 'react';
import { instantOf, writeMoment } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { proofText } from '../parts/proof-link.tsx';
import type { LanesProps } from './lane-rows.tsx';
import { around, type Window } from './scale.ts';
import { Scrubber } from './scrubber.tsx';
import type { MovingMoment } from './use-moment.ts';

const isSmallScreen = (): boolean => globalThis.matchMedia('(max-width: 700px)').matches;

export const PageScrubber = ({
  groups,
  late,
  instants,
  asked,
  now,
  moment: { dragged, onMove, onSettle },
  legend,
  folded = false,
}: Pick<LanesProps, 'groups' | 'late'> & {
  /** What the scale covers, besides the moment of the page and the present. */
  instants: ReadonlyArray<number>;
  /** The moment of the address, or of the answer if there is none. */
  asked: number;
  now: number;
  moment: MovingMoment;
  legend: ReactNode;
  /** Whether the lanes are folded initially, as they always are on small screens. */
  folded?: boolean;
}) => {
  const view = useView();
  const change = useChangeView();
  const whole = useMemo(() => around([...instants, asked], now), [instants, asked, now]);
  const [from, to] = [instantOf(view.from), instantOf(view.to)];
  const prove = useCallback(
    (events: ReadonlyArray<string>) => change({ proof: proofText(events) }),
    [change],
  );
  const show = (window: Window | undefined): void =>
    change(
      {
        from: window === undefined ? undefined : writeMoment(window.from),
        to: window === undefined ? undefined : writeMoment(window.to),
      },
      true,
    );
  return (
    <Scrubber
      groups={groups}
      late={late}
      at={dragged ?? asked}
      isNow={view.validAt === undefined && dragged === undefined}
      window={from !== undefined && to !== undefined && from < to ? { from, to } : whole}
      whole={whole}
      onMove={onMove}
      onSettle={onSettle}
      onWindow={show}
      onProof={prove}
      lanes={view.lanes ?? (folded || isSmallScreen() ? 'folded' : 'shown')}
      onLanes={(lanes) => change({ lanes }, true)}
      legend={legend}
    />
  );
};
