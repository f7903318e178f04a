/** How long the parts of a ledger take. Contains nothing about people. */

/** A timed operation. */
export type Timed =
  /** Events were appended to the log, durably. */
  | { readonly kind: 'append'; readonly seconds: number }
  /** A separate thread answered a question; includes the wait for its turn. */
  | { readonly kind: 'question-beside'; readonly question: string; readonly seconds: number };

type Listener = (timed: Timed) => void;

const msPerSecond = 1_000;

/** Passes durations to listeners. */
export class Timings {
  private readonly listeners = new Set<Listener>();

  /** Passes all durations to the listener from now on. Call the returned function to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs an operation and reports how long it took, even if it fails. */
  async time<A>(what: (seconds: number) => Timed, run: () => Promise<A>): Promise<A> {
    if (this.listeners.size === 0) return run();
    const began = performance.now();
    try {
      return await run();
    } finally {
      const timed = what((performance.now() - began) / msPerSecond);
      for (const listener of this.listeners) listener(timed);
    }
  }
}
