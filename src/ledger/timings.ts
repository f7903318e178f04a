/**
 * How long the parts of a ledger take. It contains nothing about people.
 */

/** Something that took its time. */
export type Timed =
  /** Events were appended to the log, durably. */
  | { readonly kind: 'append'; readonly seconds: number }
  /** A question was answered by the thread beside, its wait for a turn included. */
  | { readonly kind: 'question-beside'; readonly question: string; readonly seconds: number };

type Listener = (timed: Timed) => void;

const msPerSecond = 1_000;

export class Timings {
  private readonly listeners = new Set<Listener>();

  /** Tells the listener of everything from now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Runs something and tells how long it took, also where it fails. */
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
