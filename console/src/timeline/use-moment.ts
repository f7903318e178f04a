/**
 * The moment that a page is about, while it is dragged and after: what is shown is ahead of the address until it has
 * caught up.
 */
import { useCallback, useEffect, useState } from 'react';
import { writeMoment } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';

export interface MovingMoment {
  /** The moment that is being dragged, or was let go and is not in the address yet. */
  readonly dragged: number | undefined;
  readonly onMove: (ms: number) => void;
  readonly onSettle: (ms: number, by: 'pointer' | 'keyboard') => void;
}

export const useMoment = (): MovingMoment => {
  const { validAt } = useView();
  const change = useChangeView();
  const [dragged, setDragged] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the address says another moment, that one counts.
  useEffect(() => setDragged(undefined), [validAt]);
  const onSettle = useCallback(
    (ms: number, by: 'pointer' | 'keyboard') => {
      const settled = writeMoment(ms);
      if (settled === validAt) setDragged(undefined);
      else change({ validAt: settled }, by === 'keyboard');
    },
    [change, validAt],
  );
  return { dragged, onMove: setDragged, onSettle };
};
