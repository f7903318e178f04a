/** Makes what was renamed or written in a folder durable. Windows has no such call and needs none. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
