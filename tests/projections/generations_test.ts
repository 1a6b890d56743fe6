import assert from "node:assert/strict";
import { beginGeneration } from "@headwater/projections";
import { accountView } from "./account_view.ts";
import {
  appendMany,
  caughtUp,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  until,
} from "./test_bed.ts";

projectionTests("generations", async (step) => {
  await step("a rebuild is built beside, verified and switched to", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 300, random: randomOf(21) });
    await using one = await start([accountView]);
    await caughtUp(one, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    await beginGeneration(sql, { view: accountView, switches: true });
    await until(async () => {
      const rows =
        await sql`select generation, status, state, position, verdict, epoch, owner from projection_generation order by generation`;
      return rows[1]?.status === "live";
    });
    await caughtUp(one, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });
});
