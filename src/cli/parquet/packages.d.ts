/**
 * The used parts of two packages. DuckDB is installed only by users of SQL, so the code is type-checked without it.
 */
declare module 'hyparquet-writer' {
  export interface Writer {
    readonly offset: number;
  }
  export interface ColumnSource {
    readonly name: string;
    readonly type: 'STRING' | 'INT64' | 'TIMESTAMP' | 'JSON';
    readonly data: ReadonlyArray<unknown>;
    readonly nullable: boolean;
    readonly offsetIndex: boolean;
  }
  type Schema = ReadonlyArray<{ readonly name: string }>;
  /** Writes to a file, one megabyte at a time. */
  export function fileWriter(file: string): Writer;
  export function schemaFromColumnData(of: { readonly columnData: ReadonlyArray<ColumnSource> }): Schema;
  export class ParquetWriter {
    constructor(options: { readonly writer: Writer; readonly schema: Schema; readonly createdBy: string });
    write(rows: { readonly columnData: ReadonlyArray<ColumnSource>; readonly rowGroupSize: number }): void;
    finish(): void;
  }
}

declare module '@duckdb/node-api' {
  export const StatementType: { readonly SELECT: number };
  interface Result {
    deduplicatedColumnNames(): ReadonlyArray<string>;
    yieldRowObjectJs(): AsyncIterable<ReadonlyArray<Readonly<Record<string, unknown>>>>;
  }
  interface Prepared {
    readonly statementType: number;
    stream(): Promise<Result>;
  }
  interface Statements {
    readonly count: number;
    prepare(index: number): Promise<Prepared>;
  }
  interface Connection {
    run(sql: string): Promise<unknown>;
    extractStatements(sql: string): Promise<Statements>;
    closeSync(): void;
  }
  export class DuckDBInstance {
    static create(path: string): Promise<DuckDBInstance>;
    connect(): Promise<Connection>;
    closeSync(): void;
  }
}
