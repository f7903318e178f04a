/**
 * A file in Apache Parquet, written row group by row group: what is held in memory is one group, however many rows follow.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

/** Rows of a row group. */
const rowGroupRowsMax = 20_000;

/** How a column is stored. Any of them may be null. `JSON` is text in which lists and objects are written. */
type ColumnType = 'STRING' | 'INT64' | 'TIMESTAMP' | 'JSON';

/** A column: its name, its type, and its value in a row. */
export interface ParquetColumn<Row> {
  readonly name: string;
  readonly type: ColumnType;
  value(row: Row): unknown;
}

/** Writes rows to a file as they come. */
export class ParquetFile<Row> {
  /** Rows written so far. */
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

  /** Ends the file; it is on the disk when this returns. */
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
      // The places of pages are of use to who reads single rows; here they would be held until the end.
      offsetIndex: false,
    }));
  }
}
