/** The kinds of events: pairs of a source and a type, with their codes in `code-blocks.ts`. */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { EventType } from '../../domain/events/catalogue.ts';
import { ProjectionsDamaged } from './damage.ts';

/** A source, and the position of its first event. */
interface SourceRow {
  readonly id: number;
  readonly position: number;
  readonly types: Map<EventType, number>;
}

const sourceChecksum = (id: number, name: string, position: number): number =>
  crc32(`${id} ${position} ${name}`);
const kindChecksum = (code: number, source: number, type: string): number =>
  crc32(`${code} ${source} ${type}`);

/** Both tables in memory. Use one instance for each connection; `refresh` reads what others have added. */
export class KindTable {
  private readonly bySource = new Map<string, SourceRow>();
  private readonly names: string[] = [];
  private readonly kinds: { readonly source: string; readonly type: EventType }[] = [];
  private readonly statements;

  constructor(database: DatabaseSync) {
    this.statements = {
      sources: database.prepare('SELECT * FROM source WHERE id > ? ORDER BY id'),
      kinds: database.prepare('SELECT * FROM event_kind WHERE code > ? ORDER BY code'),
      addSource: database.prepare('INSERT INTO source VALUES (?, ?, ?, ?)'),
      addKind: database.prepare('INSERT INTO event_kind VALUES (?, ?, ?, ?)'),
    };
    this.refresh();
  }

  /** Reads what was added since. Throws `ProjectionsDamaged` if it is damaged. */
  refresh(): void {
    for (const row of this.statements.sources.iterate(this.names.length)) {
      const [id, name, position] = [row.id as number, row.name as string, row.position as number];
      if (id !== this.names.length + 1 || row.checksum !== sourceChecksum(id, name, position))
        throw damaged();
      this.names.push(name);
      this.bySource.set(name, { id, position, types: new Map() });
    }
    for (const row of this.statements.kinds.iterate(this.kinds.length)) {
      const [code, source, type] = [row.code as number, row.source as number, row.type as EventType];
      const name = this.names[source - 1];
      const isNext = code === this.kinds.length + 1;
      if (name === undefined || !isNext || row.checksum !== kindChecksum(code, source, type)) throw damaged();
      this.kinds.push({ source: name, type });
      this.bySource.get(name)!.types.set(type, code);
    }
  }

  /** The id of a source, which is added if it is new. */
  sourceId(name: string, position: number): number {
    const known = this.bySource.get(name);
    if (known !== undefined) return known.id;
    const id = this.names.push(name);
    this.statements.addSource.run(id, name, position, sourceChecksum(id, name, position));
    this.bySource.set(name, { id, position, types: new Map() });
    return id;
  }

  /** The code of a kind, which is added if it is new. */
  code(source: string, type: EventType, position: number): number {
    const id = this.sourceId(source, position);
    const { types } = this.bySource.get(source)!;
    const known = types.get(type);
    if (known !== undefined) return known;
    const code = this.kinds.push({ source, type });
    this.statements.addKind.run(code, id, type, kindChecksum(code, id, type));
    types.set(type, code);
    return code;
  }

  /** The kind with a code; undefined for an unreadable event. */
  kind(code: number): { readonly source: string; readonly type: EventType } | undefined {
    return this.kinds[code - 1];
  }

  /** The name of the source with an id. */
  sourceName(id: number): string | undefined {
    return this.names[id - 1];
  }

  /** The position of the source's first event, if there is one. */
  firstOf(source: string): number | undefined {
    return this.bySource.get(source)?.position;
  }

  /** All sources, in the order of their first events, each with its position. */
  *sources(): Iterable<{ readonly source: string; readonly position: number }> {
    for (const source of this.names) yield { source, position: this.bySource.get(source)!.position };
  }

  /** The codes of the kinds of a source, of a type, or of both. */
  codesOf({ source, type }: { readonly source?: string; readonly type?: EventType }): ReadonlyArray<number> {
    const rows =
      source === undefined ? [...this.bySource.values()] : [this.bySource.get(source)].filter(isThere);
    return rows.flatMap(({ types }) => (type === undefined ? [...types.values()] : (types.get(type) ?? [])));
  }
}

const isThere = <A>(value: A | undefined): value is A => value !== undefined;

const damaged = (): ProjectionsDamaged =>
  new ProjectionsDamaged('the sources in the projections are damaged');
