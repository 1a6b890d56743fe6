import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Log, silentLog } from "@headwater/core";
import { clusterPlace } from "./cluster_place.ts";
import { startEmbeddedPostgres } from "./embedded.ts";
import { startOwner } from "./testing/owner_process.ts";
import { queryOnce } from "./testing/query_once.ts";
import { runShell } from "./shell.ts";

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;

Deno.test({
  name:
    "beneath a home that is closed to others the data go elsewhere, and only as long as the home's part is there",
  ignore: !isRoot,
  async fn() {
    using closed = temporaryRoot(0o700);
    const directory = `${closed.path}/data/postgres`;
    const told: unknown[] = [];
    const logger: Log = { ...silentLog, info: (_message, fields) => told.push(fields) };
    {
      await using server = await startEmbeddedPostgres({ directory, logger });
      await queryOnce(server, "create table kept as select 1 as value");
    }
    {
      await using server = await startEmbeddedPostgres({ directory, logger });
      deepEqual(await queryOnce(server, "select value from kept"), [{ value: 1 }]);
    }
    equal(told.length, 1);
    match(JSON.stringify(told[0]), /"elsewhere":"\/var\/lib\/headwater\/[0-9a-f]{16}"/);

    // A new log must not meet the read models of an old one
    Deno.removeSync(`${closed.path}/data`, { recursive: true });
    {
      const options = { directory, logger, throwAway: true };
      await using server = await startEmbeddedPostgres(options);
      const tables = await queryOnce(server, "select to_regclass('kept')::text as kept");
      deepEqual(tables, [{ kept: null }]);
    }
    const { elsewhere } = told[1] as { elsewhere: string };
    equal(await runShell(`[ -e "$1" ] || echo gone`, { args: [elsewhere] }), "gone");
  },
});

Deno.test({
  name:
    "what went elsewhere for a temporary directory goes when that is gone and the next one comes",
  ignore: !isRoot,
  async fn() {
    let first: string;
    {
      using closed = temporaryRoot(0o700);
      first = (await clusterPlace(`${closed.path}/postgres`, silentLog)).directory;
    }
    using closed = temporaryRoot(0o700);
    const second = await clusterPlace(`${closed.path}/postgres`, silentLog);
    const gone = `[ -e "$1" ] || echo gone`;
    equal(await runShell(gone, { args: [first] }), "gone");
    equal(await runShell(gone, { args: [second.directory] }), "");
    await runShell(`rm -rf "$1"`, { args: [second.directory] });
  },
});

Deno.test("a place where no directory can be made is named", async () => {
  using open = temporaryRoot(0o711);
  Deno.writeTextFileSync(`${open.path}/file`, "");
  await rejects(
    clusterPlace(`${open.path}/file/postgres`, silentLog),
    /Cannot keep PostgreSQL's data in ".*\/file\/postgres": .*directory/,
  );
});

Deno.test({
  name: "root's PostgreSQL runs as nobody, in a directory that nobody else can read",
  ignore: !isRoot,
  async fn() {
    using open = temporaryRoot(0o711);
    const place = await clusterPlace(`${open.path}/postgres`, silentLog);
    const { uid, gid, mode } = Deno.statSync(place.directory);
    deepEqual(place, {
      directory: `${open.path}/postgres`,
      user: { uid: uid!, gid: gid! },
      moved: false,
    });
    equal(`${uid}`, await runShell("id -u nobody", { args: [] }));
    equal(mode! & 0o777, 0o700);
  },
});

const copyForUser = `
set -e
ln "$2" "$1/deno" 2>/dev/null || cp "$2" "$1/deno"
mkdir "$1/cache" "$1/checkout" "$1/home"
cp -Rl "$3/npm" "$1/cache/npm" 2>/dev/null || { rm -rf "$1/cache/npm"; cp -R "$3/npm" "$1/cache/npm"; }
cd "$4"
tar -cf - --exclude=.git --exclude=.data --exclude=coverage . | tar -xf - -C "$1/checkout"
chown "$5" "$1/cache" "$1/checkout" "$1/home"
`;

const testAsOnWindows = `
cd "$1/checkout"
export HOME="$1/home" DENO_DIR="$1/cache" TMPDIR="$1/home" NO_COLOR=1
"$1/deno" test --no-check --cached-only --no-prompt --allow-all infra/postgres/windows_cluster_test.ts
`;

const endsInTime = `
i=0
while ps -o stat= -p "$1" | grep -qv Z; do
  [ "$i" -lt 200 ] || exit 1
  i=$((i + 1))
  sleep 0.1
done
echo ended
`;

Deno.test({
  name: "an ordinary user runs it too, as himself and out of a cache that is not his",
  ignore: !isRoot,
  async fn() {
    using open = temporaryRoot(0o711);
    const user = {
      uid: Number(await runShell("id -u nobody", { args: [] })),
      gid: Number(await runShell("id -g nobody", { args: [] })),
    };
    await runShell(copyForUser, {
      args: [
        open.path,
        Deno.execPath(),
        await denoDirectory(),
        fileURLToPath(import.meta.resolve("../..")),
        `${user.uid}`,
      ],
    });
    const owner = startOwner(`${open.path}/home/.data/postgres`, {
      deno: `${open.path}/deno`,
      program: `${open.path}/checkout/infra/postgres/testing/run_until_killed.ts`,
      user,
      env: { HOME: `${open.path}/home`, DENO_DIR: `${open.path}/cache`, XDG_CACHE_HOME: "" },
    });
    const { url, pid } = await owner.ready();
    equal(Deno.statSync(`${open.path}/home/.data/postgres`).mode! & 0o777, 0o700);
    deepEqual(await queryOnce({ url }, "select 1 as value"), [{ value: 1 }]);
    const command = await runShell(`ps -ww -o uid=,args= -p "$1"`, { args: [`${pid}`] });
    match(command, new RegExp(`^${user.uid} ${open.path}/home/\\.cache/headwater/`));
    await owner.kill();
    equal(await runShell(endsInTime, { args: [`${pid}`] }), "ended");

    const tested = await runShell(testAsOnWindows, { args: [open.path], user });
    match(tested, /1 passed \(4 steps\) \| 0 failed/);
  },
});

async function denoDirectory(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

function temporaryRoot(mode: number): Disposable & { readonly path: string } {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "headwater-" }));
  Deno.chmodSync(path, mode);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
