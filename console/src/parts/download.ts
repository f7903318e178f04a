/**
 * Downloads.
 */

/** Saves a file on the reader's machine. Nothing is sent anywhere. */
export const save = (name: string, mediaType: string, content: string): void => {
  const address = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
