import { silentLog } from "@headwater/core";
import { connect } from "../connect.ts";

/** One query over a connection of its own. */
export async function queryOnce(
  server: { readonly url: string },
  text: string,
): Promise<unknown[]> {
  const sql = connect({ url: server.url, name: "test", max: 1, logger: silentLog });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}
