import { type EventLog, silentLog, time } from "@headwater/core";
import {
  connectDatabases,
  databasesOn,
  describeRunning,
  openLog,
  type ServiceDatabase,
} from "@headwater/host";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import type { ShopClient } from "@shop/judge";
import { makeDataPlace } from "./data_place.ts";
import { openDevShop } from "./dev_shop.ts";
import { postmasterOf } from "./postmaster.ts";

/** A `dev --split` whose processes are killed one by one, and what judges it. */
export type BoundaryShop = AsyncDisposable & {
  readonly client: ShopClient;
  readonly log: EventLog;
  readonly databases: readonly ServiceDatabase[];
  /** As they are now; resolves when all are there. */
  victims(): Promise<ReadonlyMap<string, number>>;
  /** Resolves when all are there, another one in the place of the one that was killed, and all serve. */
  restored(killed: { readonly victim: string; readonly pid: number }): Promise<void>;
  /** What its processes said on standard error most recently. */
  readonly lastWords: readonly string[];
  /** Ctrl-C: it must end well. */
  stop(): Promise<void>;
};

type Child = { readonly pid: number; readonly port: string };

const logger = silentLog;
const lookEveryMs = 50;
/** Lines that are worth to be read when something went wrong. */
const mostWords = 60;

export async function openBoundaryShop(): Promise<BoundaryShop> {
  await using opening = new AsyncDisposableStack();
  const lastWords: string[] = [];
  const place = opening.use(await makeDataPlace());
  const dev = opening.use(
    await openDevShop(place.directory, {
      args: ["--split"],
      main: "tests/faults/dawdling_shop.ts",
      hears(line) {
        lastWords.push(line);
        if (lastWords.length > mostWords) lastWords.shift();
        return true;
      },
    }),
  );
  const running = await describeRunning(place.directory);
  const { eventStore: eventStoreUrl, postgres = "" } = running?.urls ?? {};
  const { log } = await openLog({ eventStoreUrl, directory: "", logger });
  opening.use(log);
  const { databases } = opening.use(
    await connectDatabases(shop, {
      url: databasesOn(postgres, { logger }),
      ...{ name: "judge", logger },
    }),
  );

  async function present(): Promise<ReadonlyMap<string, Child> | undefined> {
    const children = await childrenOf(dev.running.pid);
    const pid = await postmasterOf(place.directory);
    const isThere = ["eventstore", ...shop.services.map(({ name }) => name)]
      .every((name) => children.has(name));
    return isThere && pid !== undefined
      ? new Map([...children, ["PostgreSQL", { pid, port: "" }]])
      : undefined;
  }
  const all = () =>
    eventually("all processes", async () => {
      const found = await present();
      if (!found) await time.pause(lookEveryMs);
      return found;
    });
  const opened = opening.move();
  return {
    ...{ client: dev.client, log, databases, lastWords },
    async victims() {
      return new Map([...await all()].map(([name, { pid }]) => [name, pid]));
    },
    async restored({ victim, pid }) {
      await eventually(`another "${victim}"`, async () => {
        await time.pause(lookEveryMs);
        const now = await present();
        const next = now?.get(victim);
        if (!next || next.pid === pid) return false;
        return await isWell([log.head(), ...databases.map(({ sql }) => sql`select 1`)]) &&
          (next.port === "" || await answers(`http://127.0.0.1:${next.port}/health/live`));
      });
    },
    stop: () => dev.process.stop(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** By what they run: "eventstore", a service's name, "gateway". */
async function childrenOf(parent: number): Promise<ReadonlyMap<string, Child>> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eww", "-o", "pid=,ppid=,args="] })
    .output();
  const found = new TextDecoder().decode(stdout).matchAll(
    /^ *(\d+) +(\d+) .* (?:service (\w+)|(eventstore|gateway)) .*--port (\d+)/gm,
  );
  return new Map(
    [...found].filter(([, , ppid]) => Number(ppid) === parent).map((
      [, pid, , service, part, port = ""],
    ) => [service ?? part ?? "", { pid: Number(pid), port }]),
  );
}

async function isWell(asked: readonly PromiseLike<unknown>[]): Promise<boolean> {
  const answered = await Promise.allSettled(asked);
  return answered.every(({ status }) => status === "fulfilled");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
