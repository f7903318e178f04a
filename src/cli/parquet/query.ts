/**
 * Asks an export in SQL, through DuckDB (https://duckdb.org), which is installed beside Domicile by those who want it.
 *
 * Nothing can be written: one statement is taken, a SELECT, and DuckDB may read the directory of the export and no other
 * file, and load nothing.
 */
import { resolve } from 'node:path';
import { fileOf, type Manifest } from './write-export.ts';

/** The version that is tested. */
const testedVersion = '1.5.6-r.1';

/** What to do where DuckDB is not installed. */
export const howToInstall = `Install it beside Domicile: npm install @duckdb/node-api@${testedVersion}`;

/** A row: the columns in the order of the statement. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** What a statement answers: the names of its columns, and its rows as they come. */
export interface SqlAnswer {
  readonly columns: ReadonlyArray<string>;
  readonly rows: AsyncIterable<ReadonlyArray<SqlRow>>;
}

/** DuckDB is not installed. */
export class NoDuckDb extends Error {
  override readonly name = 'NoDuckDb';
}

/** The statement is refused. The message says why. */
export class RefusedStatement extends Error {
  override readonly name = 'RefusedStatement';
}

type DuckDb = typeof import('@duckdb/node-api');

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

const duckDb = async (): Promise<DuckDb> => {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw isMissing(error) ? new NoDuckDb() : error;
  }
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value as JSON has it: times in RFC 3339, whole numbers as numbers as far as these are exact. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return value;
};

async function* plainRows(
  pages: AsyncIterable<ReadonlyArray<SqlRow>>,
): AsyncGenerator<ReadonlyArray<SqlRow>> {
  for await (const page of pages)
    yield page.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
    );
}

/**
 * Asks an export, and closes DuckDB when `use` is done with the answer.
 *
 * @throws NoDuckDb, RefusedStatement
 */
export const askInSql = async <A>(
  directory: string,
  manifest: Manifest,
  statement: string,
  use: (answer: SqlAnswer) => Promise<A>,
): Promise<A> => {
  const { DuckDBInstance, StatementType } = await duckDb();
  const place = resolve(directory);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const { name } of manifest.tables)
      await connection.run(`CREATE VIEW ${name} AS FROM read_parquet(${quoted(fileOf(place, name))})`);
    await connection.run(`SET allowed_directories = [${quoted(`${place}/`)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    const refused = (error: unknown): RefusedStatement =>
      new RefusedStatement(error instanceof Error ? error.message : String(error));
    const statements = await connection.extractStatements(statement).catch((error) => {
      throw refused(error);
    });
    if (statements.count !== 1) throw new RefusedStatement(`expected one statement, not ${statements.count}`);
    const prepared = await statements.prepare(0).catch((error) => {
      throw refused(error);
    });
    if (prepared.statementType !== StatementType.SELECT)
      throw new RefusedStatement('expected a SELECT: an export is read and never changed');
    const result = await prepared.stream().catch((error) => {
      throw refused(error);
    });
    return await use({
      columns: result.deduplicatedColumnNames(),
      rows: plainRows(result.yieldRowObjectJs()),
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
