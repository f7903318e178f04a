/**
 * A progress bar on standard error, for a person who watches.
 */
import type { Terminal } from './terminal.ts';

const barCharacters = 28;
/** The line is not redrawn more often than this. */
const redrawMsMin = 80;

/** How far something is, of how much if that is known. */
export class ProgressBar {
  private readonly terminal: Terminal;
  private readonly now: () => number;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private drawn = false;

  constructor(terminal: Terminal, now: () => number) {
    this.terminal = terminal;
    this.now = now;
  }

  /** Draws it anew, unless it was drawn just now. */
  update(done: number, total: number | undefined, text: string): void {
    if (!this.terminal.watched) return;
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

  /** Takes it away. */
  end(): void {
    if (this.drawn) this.terminal.overwrite('');
    this.drawn = false;
  }
}
