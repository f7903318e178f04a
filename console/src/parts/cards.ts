/** Determines whether a table is too wide for its place, so that its rows are shown as cards. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Below this width, that of a phone, a table is shown as cards even if it would fit; in units of the text size. */
const narrowRem = 26;

/** @param remPx the size of the text, in pixels. */
export const useCards = (box: RefObject<HTMLElement | null>, there: boolean, remPx: number): boolean => {
  const [cards, setCards] = useState(false);
  /** The width of the table when it did not fit. */
  const neededPx = useRef(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!there || element === null) return;
    const look = (): void => {
      const { clientWidth, scrollWidth } = element;
      if (clientWidth < narrowRem * remPx) return setCards(true);
      if (!cards && scrollWidth > clientWidth) {
        neededPx.current = scrollWidth;
        setCards(true);
      } else if (cards && clientWidth >= neededPx.current) setCards(false);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [box, there, remPx, cards]);
  return cards;
};
