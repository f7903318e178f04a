/** Topics that an event of a later run gave to earlier events: they are in no run, but in a table of their own. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Topic } from '../topic-hash.ts';
import { type CheckedQuery, checkedQuery } from './checked-rows.ts';

/** Late touches whose topics are kept in memory. After each addition the whole list has to be read again. */
const lateTopicsMax = 50_000;
/** So many of these topics are read in the time of one look-up in their table. */
const lateTopicsOfLookup = 8;

/** Reads late touches. Use one instance for each reading connection. */
export class LateTouches {
  private readonly late: CheckedQuery;
  private readonly statements: Readonly<Record<'count' | 'topics', StatementSync>>;
  /** How many there are, and how many there were when their topics were read. */
  private touches = 0;
  private touchesRead = 0;
  private topics: ReadonlySet<Topic> = new Set();
  /** How many topics were looked up in the table since. */
  private lookups = 0;

  constructor(database: DatabaseSync) {
    this.late = checkedQuery(
      database,
      'late_touch',
      'WHERE topic = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?',
    );
    this.statements = {
      count: database.prepare("SELECT value FROM meta WHERE name = 'rows of late_touch'"),
      topics: database.prepare('SELECT topic FROM late_touch'),
    };
  }

  /** Takes in what was added since. */
  refresh(): void {
    this.touches = Number(this.statements.count.get()?.value ?? 0);
  }

  private mayHave(topic: Topic): boolean {
    // They are only ever added.
    if (this.touches === this.touchesRead) return this.topics.has(topic);
    // The list is read again once as much time went into looking up topics as that takes.
    if (this.touches > lateTopicsMax || ++this.lookups * lateTopicsOfLookup < this.touches) return true;
    this.topics = new Set(this.statements.topics.all().map((row) => row.topic as Topic));
    this.touchesRead = this.touches;
    this.lookups = 0;
    return this.topics.has(topic);
  }

  /**
   * The positions found in the runs under a topic, with those of late touches, after one position and up to another: the
   * first `limit` of them.
   */
  with(found: number[], topic: Topic, after: number, upTo: number, limit: number): number[] {
    if (!this.mayHave(topic)) return found;
    const end = found.length < limit ? upTo : found.at(-1)!;
    const most = Number.isFinite(limit) ? limit : -1;
    const late = this.late.all(topic, after, end, most).map((row) => row.position as number);
    if (late.length === 0) return found;
    const sorted = [...new Set([...found, ...late])].sort((a, b) => a - b);
    return sorted.length > limit ? sorted.slice(0, limit) : sorted;
  }
}
