import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { databasesOn } from "@headwater/host";
import { startEmbeddedPostgres } from "@headwater/postgres";
import { shop as application } from "@shop/app";
import { startShop, waitUntilAtRest } from "@shop/demo";
import { checkInvariants, type ShopClient, type Verdict } from "@shop/judge";

type Witness = Pick<ShopClient, "acknowledged">;

/** Opens what a `dev` that has ended left behind, and judges all seven invariants there. */
export async function verdictsOn(
  directory: string,
  { acknowledged }: Witness,
): Promise<readonly Verdict[]> {
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
  return await checkInvariants({ ...shop, acknowledged });
}

/** The same, where they must hold. */
export async function judgeData(directory: string, witness: Witness): Promise<void> {
  const verdicts = await verdictsOn(directory, witness);
  assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  assert.equal(verdicts.length, 7);
}
