/** One step forward. Never changed once it was released: what follows is another migration. */
export type Migration = {
  /** For example `0001-orders`; unique within its service. */
  readonly name: string;
  /** One text with any number of statements, or several; all of them in one transaction. */
  readonly sql: string | readonly string[];
  /** Whose it is, where a part of the service has tables of its own: those are in an order of their own. */
  readonly owner?: string;
  /**
   * Tables that it makes or changes, where what they hold follows from elsewhere: once one of them is gone, dropped by hand
   * or left out of a copy, they are made anew. What one migration names stands or falls together.
   */
  readonly tables?: readonly string[];
};

export function statementsOf({ sql }: Pick<Migration, "sql">): readonly string[] {
  return typeof sql === "string" ? [sql] : sql;
}
