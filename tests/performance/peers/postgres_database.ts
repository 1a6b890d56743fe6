import pg from "pg";

/** Creates an empty database on a server; gives its URL. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await query(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Counts a table's rows, over a connection of its own. */
export async function countRows(url: string, table: string): Promise<number> {
  const [row] = await query(url, `SELECT count(*)::int AS count FROM ${table}`);
  return row.count;
}

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
