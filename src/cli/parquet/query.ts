/**
 * Queries an export in SQL through DuckDB (https://duckdb.org), which users install beside Domicile if they need
 * it.
 *
 * Nothing can be written. Only a single SELECT statement is accepted, and DuckDB may only read files in the
 * directory of the export, and load nothing.
 */
import { resolve } from 'node:path';
import { fileOf, type Manifest } from './write-export.ts';

/** The tested version. */
const testedVersion = '1.5.6-r.1';

/** What to do if DuckDB is not installed. */
export const howToInstall = `Install it beside Domicile: npm install @duckdb/node-api@${testedVersion}`;

/** A row, with the columns in the order of the statement. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** The result of a statement: column names, and rows as they arrive. */
export interface SqlAnswer {
  readonly columns: ReadonlyArray<string>;
  readonly rows: AsyncIterable<ReadonlyArray<SqlRow>>;
}

/** DuckDB is not installed. */
export class NoDuckDb extends Error {
  override readonly name = 'NoDuckDb';
}

/** The statement is refused; the message says why. */
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

/** A value in JSON: times in RFC 3339, integers as numbers if they are exact. */
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
 * Queries an export, and closes DuckDB after `use` has processed the result.
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
