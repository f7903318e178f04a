/** The names that events mention, with their ids and whether they are registered: the table `name`, in memory. */
import type { DatabaseSync } from 'node:sqlite';
import type { RegisteredKind } from '../../domain/events/places.ts';
import { asWritten, type CheckedRows } from './checked-rows.ts';

export interface NameRow {
  readonly id: number;
  /** The position of its first mention. */
  readonly position: number;
  registered: boolean;
}

/** Use one instance for each writer connection. */
export class NameTable {
  /** The registered names, in order of registration. */
  readonly registered: (readonly [RegisteredKind, string])[] = [];
  private readonly rows = new Map<string, NameRow>();
  private readonly checked: CheckedRows;
  private last = 0;

  /** @param checked the checked rows of the same writer. */
  constructor(database: DatabaseSync, checked: CheckedRows) {
    this.checked = checked;
    for (const row of database.prepare('SELECT * FROM name ORDER BY id').iterate()) {
      asWritten('name', row);
      const [kind, name] = [row.kind as RegisteredKind, row.name as string];
      this.last = row.id as number;
      const [id, position] = [this.last, row.position as number];
      this.rows.set(`${kind} ${name}`, { id, position, registered: row.registered === 1 });
      if (row.registered === 1) this.registered.push([kind, name]);
    }
  }

  /** The row of a name, which is added if this is its first mention. */
  mention(kind: RegisteredKind, name: string, position: number): NameRow {
    const key = `${kind} ${name}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      this.last += 1;
      row = { id: this.last, position, registered: false };
      this.checked.add('name', row.id, kind, name, position, 0);
      this.rows.set(key, row);
    }
    return row;
  }

  /** Marks the name as registered. */
  register(row: NameRow, kind: RegisteredKind, name: string): void {
    if (row.registered) return;
    this.checked.register(row.id, kind, name, row.position);
    row.registered = true;
    this.registered.push([kind, name]);
  }
}
