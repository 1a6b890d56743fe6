import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { connect } from "./connect.ts";
import { eventually, within } from "@headwater/testing";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
import { startOwner } from "./testing/owner_process.ts";
import { queryOnce } from "./testing/query_once.ts";
import { queryUntilServed } from "./testing/query_until_served.ts";

const logger = silentLog;

Deno.test("an embedded PostgreSQL", async (test) => {
  using place = temporaryPlace();
  const { directory } = place;

  await test.step("what was written is there after a stop and a start", async () => {
    {
      await using server = await startEmbeddedPostgres({ directory, logger });
      await queryOnce(server, "create table words (word text); insert into words values ('água')");
    }
    await using server = await startEmbeddedPostgres({ directory, logger });
    deepEqual(await queryOnce(server, "select word from words"), [{ word: "água" }]);
  });

  await test.step("a stopped server leaves no process behind", async () => {
    let pid: number;
    {
      await using server = await startEmbeddedPostgres({ directory, logger });
      pid = server.pid;
    }
    equal(await isRunning(pid), false);
    deepEqual(await processesNaming(directory), []);
  });

  await test.step("only who knows the password gets in, and only from this machine", async () => {
    await using server = await startEmbeddedPostgres({ directory, logger });
    const url = new URL(server.url);
    equal(url.hostname, "127.0.0.1");
    url.password = "wrong";
    await rejects(queryOnce({ url: url.href }, "select 1"), /password authentication failed/);
    deepEqual(await queryOnce(server, "show listen_addresses"), [{
      listen_addresses: "127.0.0.1",
    }]);
    const verifier = "select split_part(rolpassword, ':', 1) as verifier from pg_authid";
    deepEqual(await queryOnce(server, `${verifier} where rolname = 'postgres'`), [{
      verifier: "SCRAM-SHA-256$1",
    }]);
  });

  await test.step("what is acknowledged is on the disk, unless the data are to be thrown away", async () => {
    const settings = "select current_setting('fsync') as fsync";
    {
      await using server = await startEmbeddedPostgres({ directory, logger });
      deepEqual(await queryOnce(server, settings), [{ fsync: "on" }]);
    }
    const throwAway = { directory, logger, throwAway: true };
    await using server = await startEmbeddedPostgres(throwAway);
    deepEqual(await queryOnce(server, settings), [{ fsync: "off" }]);
  });

  await test.step("a server that was killed is started again on its port and has what it acknowledged", async () => {
    await using server = await startEmbeddedPostgres({ directory, logger });
    await queryOnce(server, "create table kept as select 1 as value");
    for (let round = 0; round < 2; round++) {
      const { pid, url } = server;
      Deno.kill(pid, "SIGKILL");
      deepEqual(await queryPatiently(server, "select value from kept"), [{ value: 1 }]);
      notEqual(server.pid, pid);
      equal(server.url, url);
    }
  });

  await test.step("after a crash it brings all files to the disk at once, where the system can", async () => {
    await using server = await startEmbeddedPostgres({ directory, logger });
    const method = Deno.build.os === "linux" ? "syncfs" : "fsync";
    deepEqual(await queryOnce(server, "show recovery_init_sync_method"), [
      { recovery_init_sync_method: method },
    ]);
  });

  await test.step("connections that are still open at a stop are nothing to warn of", async () => {
    const warnings: unknown[] = [];
    const warned: Log = {
      ...silentLog,
      warn: (message, fields) => warnings.push([message, fields]),
    };
    const server = await startEmbeddedPostgres({ directory, logger: warned });
    const sql = connect({ url: server.url, name: "test", max: 1, logger });
    await sql`select 1`;
    await server[Symbol.asyncDispose]();
    await sql.end({ timeout: 1 });
    deepEqual(warnings, []);
  });

  await test.step("a server that is being started again is stopped all the same", async () => {
    const server = await startEmbeddedPostgres({ directory, logger });
    Deno.kill(server.pid, "SIGKILL");
    await server[Symbol.asyncDispose]();
    await noneNaming(directory);
  });

  await test.step("when its owner is killed the server ends, and the next start has everything", async () => {
    const owner = startOwner(directory);
    const { pid, url } = await owner.ready();
    await queryOnce({ url }, "create table orders as select 1 as value");
    await owner.kill();
    await using server = await startEmbeddedPostgres({ directory, logger });
    deepEqual(await queryOnce(server, "select value from kept"), [{ value: 1 }]);
    equal(await isRunning(pid), false);
  });

  await test.step("a server that outlives its owner is ended by the next start", async () => {
    const owner = startOwner(directory);
    const { pid } = await owner.ready();
    // What watches for the owner's end is in the server's process group, and so is the only other one there
    await shell(`for p in $(ps -eo pid=,pgid= | awk '$2 == ${pid} && $1 != $2 { print $1 }'); do
      case "$(ps -o args= -p $p)" in *sh*read*) kill -9 $p;; esac; done`);
    await owner.kill();
    equal(await isRunning(pid), true);
    const warnings: string[] = [];
    const warned: Log = { ...silentLog, warn: (message) => warnings.push(message) };
    await using server = await startEmbeddedPostgres({ directory, logger: warned });
    equal(await isRunning(pid), false);
    deepEqual(await queryOnce(server, "select 1 as value"), [{ value: 1 }]);
    match(warnings.join(), /Stopped a PostgreSQL that was left behind/);
  });

  await test.step("a directory whose owner is alive is refused", async () => {
    await using _first = await startEmbeddedPostgres({ directory, logger });
    await rejects(
      startEmbeddedPostgres({ directory, logger }),
      new RegExp(`Cannot use ".*": process ${Deno.pid} is using it`),
    );
  });

  await test.step("a process id that belongs to somebody else by now is no obstacle", async () => {
    {
      await using _server = await startEmbeddedPostgres({ directory, logger });
    }
    await Deno.writeTextFile(`${directory}/data/postmaster.pid`, `${Deno.pid}\n`);
    await using server = await startEmbeddedPostgres({ directory, logger });
    deepEqual(await queryOnce(server, "select 1 as value"), [{ value: 1 }]);
  });

  await test.step("a start that is given up leaves nothing running", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await rejects(startEmbeddedPostgres({ directory, logger, signal }), reason);
    deepEqual(await processesNaming(directory), []);
  });

  await test.step("a damaged cluster stops the start with what PostgreSQL says", async () => {
    {
      await using _server = await startEmbeddedPostgres({ directory, logger });
    }
    await Deno.remove(`${directory}/data/global/pg_control`);
    await rejects(
      startEmbeddedPostgres({ directory, logger }),
      /Cannot start PostgreSQL in ".*": .*could not find the database system/,
    );
  });
});

Deno.test("a creation that was killed halfway is done anew", async () => {
  using place = temporaryPlace();
  const { directory } = place;
  Deno.mkdirSync(directory, { mode: 0o711 });
  using watcher = Deno.watchFs(directory);
  const owner = startOwner(directory);
  async function begun(): Promise<void> {
    for await (const { paths } of watcher) {
      if (paths.some((path) => path.includes("data.new."))) break;
    }
  }
  await within("the creation to begin", begun());
  await owner.kill();
  await noneNaming(directory);
  deepEqual(namesIn(directory).includes("data"), false);

  await using server = await startEmbeddedPostgres({ directory, logger });
  deepEqual(await queryOnce(server, "select 1 as value"), [{ value: 1 }]);
  deepEqual(namesIn(directory), ["data"]);
});

type Place = Disposable & { readonly directory: string };

function temporaryPlace(): Place {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "headwater-" }));
  Deno.chmodSync(root, 0o711);
  return {
    directory: `${root}/postgres`,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

async function queryPatiently(server: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const sql = connect({ url: server.url, name: "test", max: 1, logger });
  try {
    return [...await queryUntilServed(sql, text)];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function namesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), (entry) => entry.name);
}

async function shell(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  return new TextDecoder().decode(stdout);
}

async function processesNaming(directory: string): Promise<string[]> {
  const lines = (await shell("ps -eww -o pid=,args=")).split("\n");
  return lines.filter((line) => line.includes(directory));
}

async function noneNaming(directory: string): Promise<void> {
  await eventually(`the processes of "${directory}" to end`, async () => {
    return (await processesNaming(directory)).length === 0;
  });
}

/** A zombie is not: it waits for a parent that may never ask. */
async function isRunning(pid: number): Promise<boolean> {
  return /^[^Z]/.test((await shell(`ps -o stat= -p ${pid}`)).trim());
}
