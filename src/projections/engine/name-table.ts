/**
 * The names that events mention, each with its id and whether it is registered: the table `name`, held in memory.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { RegisteredKind } from '../../domain/events/places.ts';

export interface NameRow {
  readonly id: number;
  registered: boolean;
}

/** One instance a writer connection. */
export class NameTable {
  /** The registered names, in the order in which they became such. */
  readonly registered: (readonly [RegisteredKind, string])[] = [];
  private readonly rows = new Map<string, NameRow>();
  private readonly statements;

  constructor(database: DatabaseSync) {
    this.statements = {
      add: database.prepare('INSERT INTO name (kind, name, position, registered) VALUES (?, ?, ?, 0)'),
      register: database.prepare('UPDATE name SET registered = 1 WHERE id = ?'),
    };
    for (const row of database.prepare('SELECT * FROM name ORDER BY id').iterate()) {
      const [kind, name] = [row.kind as RegisteredKind, row.name as string];
      this.rows.set(`${kind} ${name}`, { id: row.id as number, registered: row.registered === 1 });
      if (row.registered === 1) this.registered.push([kind, name]);
    }
  }

  /** The row of a name, added if it is mentioned here for the first time. */
  mention(kind: RegisteredKind, name: string, position: number): NameRow {
    const key = `${kind} ${name}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      const id = Number(this.statements.add.run(kind, name, position).lastInsertRowid);
      row = { id, registered: false };
      this.rows.set(key, row);
    }
    return row;
  }

  /** The name is registered from here on. */
  register(row: NameRow, kind: RegisteredKind, name: string): void {
    if (row.registered) return;
    this.statements.register.run(row.id);
    row.registered = true;
    this.registered.push([kind, name]);
  }
}
