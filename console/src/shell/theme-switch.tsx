/**
 * Light or dark colours.
 */
import { useState } from 'react';
import { Icon } from '../parts/icon.tsx';

type Theme = 'light' | 'dark' | undefined;

export const ThemeSwitch = () => {
  const [theme, setTheme] = useState<Theme>(() => document.documentElement.dataset.theme as Theme);
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const next = (theme ?? system) === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="quiet theme-switch"
      aria-label={`Use ${next} colours`}
      onClick={() => {
        document.documentElement.dataset.theme = next;
        setTheme(next);
        try {
          localStorage.setItem('theme', next);
        } catch {
          // Without storage, the theme lasts as long as the page.
        }
      }}
    >
      <Icon name={next === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
};
