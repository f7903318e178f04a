/** One line about the purpose of a screen. */
import type { ReactNode } from 'react';

export const Purpose = ({ children }: { children: ReactNode }) => (
  <p className="hint screen-purpose">{children}</p>
);
