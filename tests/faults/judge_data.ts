import assert from "node:assert/strict";
import { waitUntilAtRest } from "@headwater/infra/demo/at_rest";
import { checkInvariants } from "@headwater/infra/demo/invariants";
import { startShop } from "@headwater/infra/demo/running_shop";
import type { ShopClient } from "@headwater/infra/demo/shop_client";
import { shop as application } from "@headwater/infra/main";
import { startEmbeddedPostgres } from "@headwater/infra/postgres/embedded";
import { silentLog } from "@headwater/shared/ports/log";

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
    postgresUrl: postgres.url,
    name: "headwater",
    logger,
  });
  await waitUntilAtRest(shop);
  const verdicts = await checkInvariants({ ...shop, acknowledged });
  assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  assert.equal(verdicts.length, 7);
}
