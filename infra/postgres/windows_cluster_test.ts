import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { type Cluster, StartFailed } from "./cluster.ts";
import { postgresBinaries, postgresPackage } from "./postgres_binaries.ts";
import { queryOnce } from "./testing/query_once.ts";
import { openWindowsCluster } from "./windows_cluster.ts";

Deno.test({
  name: "a cluster served by pg_ctl, as on Windows",
  // pg_ctl refuses root; the test of the ordinary user runs this one too
  ignore: Deno.build.os !== "windows" && Deno.uid() === 0,
  async fn(test) {
    const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "headwater-" }));
    const directory = `${root}/postgres`;
    const binaries = Deno.build.os === "windows"
      ? `${postgresPackage().directory}/native/bin`
      : await postgresBinaries(root);
    const warnings: string[] = [];
    const logger: Log = { ...silentLog, warn: (message) => warnings.push(message) };
    const options = { directory, logger, durable: true, binaries };

    await test.step("what was written is there after a stop and a start", async () => {
      const cluster = await openWindowsCluster(options);
      const first = await cluster.start(freePort());
      await queryOnce(at(cluster), "create table kept as select 1 as value");
      await first.stop();
      equal(await within("the server to end", first.exited), "not running");

      const second = await cluster.start(freePort());
      notEqual(second.pid, first.pid);
      deepEqual(await queryOnce(at(cluster), "select value from kept"), [{ value: 1 }]);
      await second.stop();
    });

    await test.step("a server that is killed is noticed", async () => {
      const cluster = await openWindowsCluster(options);
      const postmaster = await cluster.start(freePort());
      Deno.kill(postmaster.pid, "SIGKILL");
      equal(await within("the server to end", postmaster.exited), "not running");
    });

    await test.step("a server that was left behind is ended by the next one", async () => {
      const left = await startPatiently(await openWindowsCluster(options));
      warnings.length = 0;
      const cluster = await openWindowsCluster(options);
      match(warnings.join(), /left behind/);
      equal(await within("the server to end", left.exited), "not running");
      const postmaster = await cluster.start(freePort());
      deepEqual(await queryOnce(at(cluster), "select value from kept"), [{ value: 1 }]);
      await postmaster.stop();
    });

    await test.step("a start that fails says what PostgreSQL said", async () => {
      const cluster = await openWindowsCluster(options);
      await Deno.remove(`${directory}/data/global/pg_control`);
      await rejects(cluster.start(freePort()), /Cannot start PostgreSQL in ".*could not find/);
    });

    await Deno.remove(root, { recursive: true });
  },
});

let port = 0;

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return port = listener.addr.port;
}

function at({ password }: Cluster): { url: string } {
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` };
}

/** What a killed server left in memory is in the way for a moment. */
async function startPatiently(cluster: Cluster): ReturnType<Cluster["start"]> {
  return await eventually("the memory of the one before to be free", async () => {
    try {
      return await cluster.start(freePort());
    } catch (error) {
      if (!(error instanceof StartFailed && error.stillInUse)) throw error;
      return undefined;
    }
  });
}
