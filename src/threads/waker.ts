/** Waits for something to do: until it is woken, or for a while. */
export class Waker {
  private wakeUp: () => void = () => {};

  /** Ends the wait that is under way, if there is one. */
  wake(): void {
    this.wakeUp();
  }

  /** Resolves when it is woken, and after so many milliseconds at the latest. */
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
