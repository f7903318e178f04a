/**
 * Folders for ledgers under test, removed when the test is over.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'domicile-'));

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** The path of a file in a folder that is removed after the test. */
export const fileForTest = (name: string): string => {
  const folder = newFolder();
  onTestFinished(() => removeFolder(folder));
  return join(folder, name);
};
