/** A conversation with a database, for one use. */
export type Row = Readonly<Record<string, unknown>>;

export interface SqlSession extends AsyncDisposable {
  /** Rows of a statement; a `?` stands for each value. */
  ask(statement: string, values?: readonly (string | null)[]): Promise<readonly Row[]>;
}
