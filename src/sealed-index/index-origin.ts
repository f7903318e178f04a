/** What the second log is called: its origin is that of the log with this behind it. */
export const indexOriginOf = (origin: string): string => `${origin}/index`;
