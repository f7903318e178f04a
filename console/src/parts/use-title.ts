/**
 * The title of the page.
 */
import { useEffect } from 'react';

/** Names the screen in the title of the tab, which screen readers announce. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Domicile`;
  }, [title]);
};
