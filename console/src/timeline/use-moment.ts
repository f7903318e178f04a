/** The moment of a page. While it is dragged, the page is ahead of the address. */
import { useCallback, useEffect, useState } from 'react';
import { writeMoment } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';

export interface MovingMoment {
  /** The moment that is dragged, or that was released and is not in the address yet. */
  readonly dragged: number | undefined;
  readonly onMove: (ms: number) => void;
  readonly onSettle: (ms: number, by: 'pointer' | 'keyboard') => void;
}

export const useMoment = (): MovingMoment => {
  const { validAt } = useView();
  const change = useChangeView();
  const [dragged, setDragged] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address wins when it changes.
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
