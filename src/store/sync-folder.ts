/** Makes renames and writes in a folder durable. Windows has no such call and does not need it. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Syncs a folder to disk. */
export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
