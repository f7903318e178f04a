/** A progress bar on standard error, drawn only on a terminal. */
import type { Terminal } from './terminal.ts';

const barCharacters = 28;
/** The minimum time between two drawings of the bar. */
const redrawMsMin = 80;

/** Shows the progress; the total may be unknown. */
export class ProgressBar {
  private readonly terminal: Terminal;
  private readonly now: () => number;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private drawn = false;

  constructor(terminal: Terminal, now: () => number) {
    this.terminal = terminal;
    this.now = now;
  }

  /** Draws the bar, unless it was drawn less than `redrawMsMin` ago. */
  update(done: number, total: number | undefined, text: string): void {
    if (!this.terminal.interactive) return;
    const now = this.now();
    if (now - this.drawnAt < redrawMsMin) return;
    this.drawnAt = now;
    this.drawn = true;
    if (total === undefined || total === 0) {
      this.terminal.overwrite(text);
      return;
    }
    const share = Math.min(1, done / total);
    const full = Math.round(share * barCharacters);
    const percent = String(Math.floor(share * 100)).padStart(3);
    this.terminal.overwrite(`${'█'.repeat(full)}${'░'.repeat(barCharacters - full)} ${percent} %  ${text}`);
  }

  /** Removes the bar. */
  end(): void {
    if (this.drawn) this.terminal.overwrite('');
    this.drawn = false;
  }
}
