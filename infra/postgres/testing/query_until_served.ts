import { Unavailable } from "@headwater/core";
import { eventually, WaitedInVain, within } from "@headwater/testing";
import type { Sql } from "postgres";

/** One query, again and again while the server is away: after a break some are refused, and some never answered. */
export async function queryUntilServed(sql: Sql, text: string): Promise<unknown[]> {
  return await eventually("PostgreSQL to answer", async () => {
    try {
      return await within("an answer", sql.unsafe(text), { ms: 2_000 });
    } catch (error) {
      if (error instanceof WaitedInVain || Unavailable.isCauseOf(error)) return undefined;
      throw error;
    }
  });
}
