/**
 * What the address says, and changing it. The router knows the fields of every screen by type.
 */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** What the address says: the fields of all screens. On any one screen those of the others are absent. */
export const useView = () => useSearch({ strict: false });

type AnySearch = ReturnType<typeof useView>;

/** Changes some fields of the address and keeps the others; `undefined` takes a field away. */
export const useChangeView = () => {
  const navigate = useNavigate();
  return useCallback(
    (change: AnySearch, replace = false): void => {
      void navigate({
        to: '.',
        search: (previous) => ({ ...previous, ...change }),
        replace,
        resetScroll: false,
      });
    },
    [navigate],
  );
};
