import assert from "node:assert/strict";
import { type DataPlace, makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";
import { root } from "../architecture/place.ts";
import { within } from "@headwater/testing";

type Trouble = {
  readonly what: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly within?: readonly string[];
  prepare?(place: DataPlace): Promise<void>;
  readonly says: RegExp;
};

const troubles: readonly Trouble[] = [
  {
    what: "a data directory that cannot be made",
    prepare: ({ directory }) => Deno.writeTextFile(directory, ""),
    says: /^Cannot use data directory ".*": Not a directory/,
  },
  {
    what: "an event log that cannot be written",
    prepare: ({ directory }) => Deno.mkdir(`${directory}/events.sqlite`, { recursive: true }),
    says: /^Cannot open event log ".*": the file cannot be created or opened for writing$/,
  },
  {
    what: "a place that PostgreSQL cannot have",
    async prepare({ directory }) {
      await Deno.mkdir(directory);
      await Deno.writeTextFile(`${directory}/postgres`, "");
    },
    says: /^Cannot keep PostgreSQL's data in ".*": .*File exists$/,
  },
  {
    what: "a setting that makes no sense",
    env: { PORT: "80000" },
    says: /^Cannot start: PORT is "80000", allowed: a whole number from 0 to 65535$/,
  },
];

/** Those of a disk of its own, which is gone with the process. */
const fullDisks: readonly Trouble[] = [
  {
    what: "a disk that is full",
    within: diskOf("32k"),
    says: /^Cannot open event log ".*": the disk is full$/,
  },
  ...["4m", "60m", "150m"].map((size) => ({
    what: `a disk of ${size}, which PostgreSQL would fill`,
    within: diskOf(size),
    says:
      /^Cannot start PostgreSQL in ".*": \d+ MB are free on its disk, a first start needs 220 MB; make room, or name a server of your own in DATABASE_URL$/,
  })),
];

Deno.test({
  name: "a port that somebody has ends the start before anything else is made",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const args of [[], ["--split"]]) {
      using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = taken.addr;
      await using place = await makeDataPlace();
      await using dev = startDev(place.directory, { args, env: { PORT: String(port) } });
      const { code, stderr } = await dev.ended();
      assert.equal(code, 1);
      assert.equal(
        stderr,
        `Cannot listen on "127.0.0.1:${port}": another process has that port, say another with --port\n`,
      );
      const made = await Array.fromAsync(Deno.readDir(place.directory), ({ name }) => name);
      assert.deepEqual(made, ["lock"]);
    }
  },
});

Deno.test({
  name: "an event log that an event store serves ends the start with a line that says where",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    const { directory } = place;
    await using store = await startEventStore(directory);
    await using dev = startDev(directory);
    const { code, stderr } = await dev.ended();
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `Cannot open event log "${directory}/events.sqlite": process ${store.pid} uses it, at ${store.url}\n`,
    );
  },
});

for (const trouble of troubles) {
  Deno.test({
    name: `${trouble.what} ends the start with a line that says so`,
    ignore: Deno.build.os === "windows",
    fn: () => meet(trouble),
  });
}

for (const trouble of fullDisks) {
  Deno.test({
    name: `${trouble.what} ends the start with a line that says so`,
    ignore: !canHaveDisks(),
    fn: () => meet(trouble),
  });
}

async function meet({ env, within, prepare, says }: Trouble): Promise<void> {
  await using place = await makeDataPlace();
  await prepare?.(place);
  const { directory } = place;
  const folder = directory.slice(0, directory.lastIndexOf("/"));
  await using dev = startDev(directory, {
    ...(env && { env }),
    ...(within && { within: [...within, folder] }),
  });
  const { code, stdout, stderr } = await dev.ended();
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr.trimEnd(), says);
  assert.equal(stderr.split("\n").length, 2, stderr);
  await place.deserted();
}

/** Runs what follows where the folder it is given first is a small disk of its own. */
function diskOf(size: string): readonly string[] {
  const mount = `mount -t tmpfs -o size=${size},mode=711 tmpfs "$1" && shift && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", mount, "sh"];
}

function canHaveDisks(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return new Deno.Command("sh", { args: ["-c", "unshare --mount true"] }).outputSync().success;
}

/** `deno task eventstore`, with the permissions that it has. */
async function startEventStore(
  data: string,
): Promise<AsyncDisposable & { readonly pid: number; readonly url: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "eventstore", "--port", "0", "--data", data],
    cwd: root,
    detached: true,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const stop = {
    async [Symbol.asyncDispose]() {
      Deno.kill(-child.pid, "SIGINT");
      await within("the event store to end", child.status);
      await stdout.cancel();
    },
  };
  await using starting = new AsyncDisposableStack();
  starting.use(stop);
  const { value = "" } = await within("the event store to be ready", stdout.read());
  const url = /esdb:\S+/.exec(value)?.[0];
  assert.ok(url, value);
  const { pid } = JSON.parse(await Deno.readTextFile(`${data}/event_store.json`));
  starting.move();
  return { pid, url, ...stop };
}
