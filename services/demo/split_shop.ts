import { ShopClient } from "@shop/judge";
import type { Log } from "@headwater/core";
import {
  type Application,
  connectDatabases,
  openLog,
  readConfig,
  startSplit,
  type SupervisedProcess,
} from "@headwater/host";
import type { RunningShop } from "./running_shop.ts";

/** A shop of one process for each service. Its log and its databases are reached through connections of our own. */
export type SplitShop = RunningShop & {
  readonly processes: readonly SupervisedProcess[];
};

export type SplitShopOptions = {
  /** Where its event store keeps its data. */
  readonly directory: string;
  /** URL of a service's own database, which is there when this resolves. */
  database(service: string): Promise<string>;
  readonly logger: Log;
  readonly signal?: AbortSignal;
};

/** Runs a whole shop in processes of its own, on free ports. */
export async function startSplitShop(
  application: Application,
  { directory, database, logger, signal }: SplitShopOptions,
): Promise<SplitShop> {
  await using starting = new AsyncDisposableStack();
  const urls = new Map<string, string>();
  for (const { name } of application.services) urls.set(name, await database(name));
  const env = new Map([["PORT", "0"], ["LOG_LEVEL", "error"]]);
  const config = {
    ...readConfig(application, { args: [], env }),
    databaseUrls: new Map(urls),
  };
  const split = starting.use(
    await startSplit(application, { config, directory, logger, signal }),
  );
  const { log } = await openLog({ ...split, directory, logger });
  starting.use(log);
  const { databases } = starting.use(
    await connectDatabases(application, {
      url: (service) => urls.get(service)!,
      name: "judge",
      logger,
    }),
  );
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
