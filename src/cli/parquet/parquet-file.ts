/** Writes an Apache Parquet file by row groups: memory holds one group, however many rows follow. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

/** Rows in a row group. */
const rowGroupRowsMax = 20_000;

/** The type of a column; all are nullable. `JSON` is the text of lists and objects. */
type ColumnType = 'STRING' | 'INT64' | 'TIMESTAMP' | 'JSON';

/** A column: its name, its type, and its value for a row. */
export interface ParquetColumn<Row> {
  readonly name: string;
  readonly type: ColumnType;
  value(row: Row): unknown;
}

/** Writes rows to a file as they arrive. */
export class ParquetFile<Row> {
  /** The number of rows written so far. */
  rows = 0;
  private readonly file: string;
  private readonly columns: ReadonlyArray<ParquetColumn<Row>>;
  private readonly writer: ParquetWriter;
  private group: unknown[][];

  constructor(file: string, columns: ReadonlyArray<ParquetColumn<Row>>) {
    this.file = file;
    this.columns = columns;
    this.group = columns.map(() => []);
    const schema = schemaFromColumnData({ columnData: this.columnData() });
    this.writer = new ParquetWriter({ writer: fileWriter(file), schema, createdBy: 'domicile' });
  }

  write(row: Row): void {
    this.columns.forEach((column, index) => void this.group[index]!.push(column.value(row)));
    this.rows++;
    if (this.group[0]!.length >= rowGroupRowsMax) this.flush();
  }

  /** Completes the file; it is durable when this returns. */
  end(): void {
    this.flush();
    this.writer.finish();
    const opened = openSync(this.file, 'r+');
    fsyncSync(opened);
    closeSync(opened);
  }

  private flush(): void {
    if (this.group[0]!.length === 0) return;
    this.writer.write({ columnData: this.columnData(), rowGroupSize: rowGroupRowsMax });
    this.group = this.columns.map(() => []);
  }

  private columnData() {
    return this.columns.map(({ name, type }, index) => ({
      ...{ name, type, data: this.group[index]!, nullable: true },
      // The offsets of pages only help readers of single rows, and would stay in memory until the end.
      offsetIndex: false,
    }));
  }
}
