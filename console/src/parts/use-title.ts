/**
 * The title of the page.
 */
import { useEffect } from 'react';

/** Sets the title of the tab to that of the screen, which screen readers announce. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Domicile`;
  }, [title]);
};
