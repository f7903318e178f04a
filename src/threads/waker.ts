/** Waits for something to do: until woken, or for a maximum time. */
export class Waker {
  private wakeUp: () => void = () => {};

  /** Ends the current wait, if there is one. */
  wake(): void {
    this.wakeUp();
  }

  /** Resolves when woken, or after `ms` milliseconds. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
