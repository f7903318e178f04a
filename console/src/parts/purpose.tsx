/**
 * One line that says what a screen is for.
 */
import type { ReactNode } from 'react';

export const Purpose = ({ children }: { children: ReactNode }) => (
  <p className="hint screen-purpose">{children}</p>
);
