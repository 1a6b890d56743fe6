import type { Sql } from "postgres";

/**
 * Sends lines to a table by COPY, in a transaction of its own, which need not reach the disk before it is acknowledged.
 * `target` is a table with its columns, quoted.
 *
 * Errors: PostgreSQL's. Whoever gives up on it does not know what became of it.
 */
export async function copyRows(
  sql: Sql,
  { target, lines }: { readonly target: string; readonly lines: Uint8Array },
): Promise<void> {
  const query = sql.unsafe(`set local synchronous_commit = off; copy ${target} from stdin`);
  const stream = await query.writable();
  await new Promise<void>((resolve, reject) => {
    // Once there is a stream, postgres.js 3.4.9 tells nobody but the query, which has resolved long since: there is no
    // other way to hear of an error (https://github.com/porsager/postgres/issues/1173)
    Object.assign(query, {
      reject(error: unknown) {
        reject(error);
        // Ended now, not with the next query of the connection, which would fail of it
        stream.destroy();
      },
    });
    stream.on("error", reject).on("finish", resolve).end(lines);
  });
}
