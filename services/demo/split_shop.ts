import { ShopClient } from "@shop/judge";
import type { Log } from "@headwater/core";
import {
  type Application,
  databaseName,
  readConfig,
  startSplit,
  type SupervisedProcess,
} from "@headwater/host";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { connect, ensureDatabase } from "@headwater/postgres";
import type { RunningShop } from "./running_shop.ts";

/** A shop of one process for each service. Its log and its databases are reached through connections of our own. */
export type SplitShop = RunningShop & {
  readonly processes: readonly SupervisedProcess[];
};

export type SplitShopOptions = {
  /** Where its event store keeps its data. */
  readonly directory: string;
  /** The server on which its databases are. */
  readonly postgresUrl: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
};

/** Runs a whole shop in processes of its own, on free ports. */
export async function startSplitShop(
  application: Application,
  { directory, postgresUrl, logger, signal }: SplitShopOptions,
): Promise<SplitShop> {
  await using starting = new AsyncDisposableStack();
  const env = new Map([["PORT", "0"], ["LOG_LEVEL", "error"], ["DATABASE_URL", postgresUrl]]);
  const config = readConfig({ args: [], env });
  const split = starting.use(
    await startSplit(application, { config, directory, logger, signal }),
  );
  const log = starting.use(
    await openEventStoreDb({ connectionString: split.eventStoreUrl, logger }),
  );
  const databases = await Promise.all(application.services.map(async ({ name, views }) => {
    const url = await ensureDatabase({ adminUrl: postgresUrl, name: databaseName(name), logger });
    const sql = connect({ url, name: "judge", max: 2, logger });
    starting.defer(() => sql.end({ timeout: 1 }));
    return { service: name, views, sql };
  }));
  const running = starting.move();
  return {
    log,
    databases,
    url: split.url,
    client: new ShopClient({ shop: split.url, signal }),
    processes: split.processes,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
