import { type HealthCheck, type Log, machine } from "@headwater/core";
import { openRedisStore } from "@headwater/redis";

/** What several processes share, and how it is known to operators. */
export type OpenSharedStore = {
  readonly store: machine.SharedStore;
  readonly checks: readonly HealthCheck[];
  /** For people. */
  readonly where: string;
};

/** Opens the store that the gateway processes of an application share: in Redis, or in this process's memory. */
export async function openSharedStore(
  { redisUrl, application, cacheBudget, logger }: {
    /** Undefined: memory. */
    readonly redisUrl: string | undefined;
    /** Its name: others may use the same Redis. */
    readonly application: string;
    /** Of the process: what memory is taken is counted there. */
    readonly cacheBudget: machine.CacheBudget;
    readonly logger: Log;
  },
): Promise<OpenSharedStore> {
  if (redisUrl === undefined) {
    const store = machine.memoryStore();
    return { store: counted(store, cacheBudget), checks: [], where: "memory" };
  }
  const store = await openRedisStore({
    url: redisUrl,
    prefix: `headwater:${application}:`,
    logger,
  });
  return {
    store: counted(store, cacheBudget),
    checks: [store.check],
    where: `Redis, ${machine.withoutPassword(redisUrl)}`,
  };
}

function counted(
  store: machine.SharedStore & { bytes(): number },
  cacheBudget: machine.CacheBudget,
): machine.SharedStore {
  const held = cacheBudget.hold("shared store", () => store.bytes());
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      held[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
