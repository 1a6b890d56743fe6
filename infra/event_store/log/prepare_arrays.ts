import type { DatabaseSync, StatementSync } from "node:sqlite";

/** A statement that gives rows as arrays, which takes a third less time than objects. */
export function prepareArrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  // Deno's types lack it.
  (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
  return statement;
}
