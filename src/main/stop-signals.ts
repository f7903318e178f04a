/** How a program is told to stop. */

/** Signals that follow the first one so soon are the same one again. */
const repeatedMsMax = 2_000;
/** What shells report of a program that SIGINT has ended. */
const endedByInterrupt = 130;

/**
 * Calls `stop` at the first SIGINT or SIGTERM. The same may come again at once, since npm passes each Ctrl-C on to a program that the
 * terminal has sent it to already; the program goes on closing its files. A later one ends it at once, should it not stop.
 */
export const onStopSignal = (stop: () => void): void => {
  let first: number | undefined;
  const receive = (): void => {
    const now = performance.now();
    if (first !== undefined && now - first > repeatedMsMax) process.exit(endedByInterrupt);
    if (first !== undefined) return;
    first = now;
    stop();
  };
  process.on('SIGINT', receive);
  process.on('SIGTERM', receive);
};
