/** Reading and changing the address. The router types the fields of every screen. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** The fields of all screens in the address; those of other screens are absent. */
export const useView = () => useSearch({ strict: false });

type AnySearch = ReturnType<typeof useView>;

/** Changes some fields of the address and keeps the others; `undefined` removes a field. */
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
