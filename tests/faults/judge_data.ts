import assert from "node:assert/strict";
import { databasesOn } from "@headwater/host";
import { startShop, waitUntilAtRest } from "@shop/demo";
import { type ShopClient } from "@shop/judge";
import { checkInvariants } from "@shop/judge";
import { shop as application } from "@shop/app";
import { startEmbeddedPostgres } from "@headwater/postgres";
import { silentLog } from "@headwater/core";

/** Opens what a `dev` that has ended left behind, and checks that all seven invariants hold there. */
export async function judgeData(
  directory: string,
  { acknowledged }: Pick<ShopClient, "acknowledged">,
): Promise<void> {
  const logger = silentLog;
  await using postgres = await startEmbeddedPostgres({
    directory: `${directory}/postgres`,
    logger,
  });
  await using shop = await startShop(application, {
    directory,
    database: databasesOn(postgres.url, { logger }),
    name: "headwater",
    logger,
  });
  await waitUntilAtRest(shop);
  const verdicts = await checkInvariants({ ...shop, acknowledged });
  assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  assert.equal(verdicts.length, 7);
}
