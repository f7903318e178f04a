const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in a page. */
export const escapedHtml = (text: string): string => text.replace(/[&<>"']/g, (each) => escapes[each]!);
