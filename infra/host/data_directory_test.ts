import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { within } from "@headwater/testing";
import { DataDirectoryInUse, describeRunning, openDataDirectory } from "./data_directory.ts";

Deno.test("a data directory is made, and nobody has it before and afterwards", async () => {
  using place = temporaryPlace();
  equal(await describeRunning(place.path), undefined);
  {
    await using directory = await openDataDirectory(place.path);
    equal(directory.path, place.path);
    await directory.announce({ gateway: "http://127.0.0.1:8000" });
    await using other = startHolder(place.path);
    equal(
      await other.said(),
      `Cannot use data directory "${place.path}": process ${Deno.pid} uses it, at http://127.0.0.1:8000`,
    );
  }
  equal(await describeRunning(place.path), undefined);
});

Deno.test({
  name: "a data directory that is made is for its owner alone, one that is there is left as it is",
  ignore: Deno.build.os === "windows",
  async fn() {
    using place = temporaryPlace();
    const modeOf = async () => (await Deno.stat(place.path)).mode! & 0o777;
    // As root it is passed through by PostgreSQL's user
    const own = Deno.uid() === 0 ? 0o711 : 0o700;
    await (await openDataDirectory(place.path))[Symbol.asyncDispose]();
    equal(await modeOf(), own);
    await Deno.chmod(place.path, 0o750);
    await (await openDataDirectory(place.path))[Symbol.asyncDispose]();
    equal(await modeOf(), 0o750);
  },
});

Deno.test("who comes second is told by a typed error who has it", async () => {
  using place = temporaryPlace();
  await using holder = startHolder(place.path);
  equal(await holder.said(), "open");

  const running = await describeRunning(place.path);
  equal(running?.pid, holder.pid);
  deepEqual(running?.urls, { gateway: "http://127.0.0.1:8000" });
  await rejects(openDataDirectory(place.path), (error) => {
    equal(error instanceof DataDirectoryInUse && error.running?.pid, holder.pid);
    return true;
  });
});

Deno.test("who only asks does not keep anybody from opening", async () => {
  using place = temporaryPlace();
  await (await openDataDirectory(place.path))[Symbol.asyncDispose]();
  for (let round = 0; round < 20; round++) {
    const asking = Array.from({ length: 5 }, () => describeRunning(place.path));
    await using _directory = await openDataDirectory(place.path);
    await Promise.all(asking);
  }
});

Deno.test("a process that was killed has let go of it", async () => {
  using place = temporaryPlace();
  {
    await using holder = startHolder(place.path);
    equal(await holder.said(), "open");
    holder.kill();
  }
  equal(await describeRunning(place.path), undefined);
  await using directory = await openDataDirectory(place.path);
  equal(directory.path, place.path);
});

Deno.test("of many that start at once one has it", async () => {
  using place = temporaryPlace();
  const holders = [startHolder(place.path), startHolder(place.path), startHolder(place.path)];
  try {
    const said = await Promise.all(holders.map((holder) => holder.said()));
    equal(said.filter((text) => text === "open").length, 1);
    equal(said.filter((text) => text.startsWith("Cannot use data directory")).length, 2);
  } finally {
    await Promise.all(holders.map((holder) => holder[Symbol.asyncDispose]()));
  }
});

Deno.test("a place where no directory can be made is named", async () => {
  using place = temporaryPlace();
  await Deno.writeTextFile(place.path, "a file");
  await rejects(openDataDirectory(`${place.path}/data`), (error: Error) => {
    match(error.message, /^Cannot use data directory ".*\/data": /);
    return true;
  });
});

Deno.test("a directory deleted meanwhile can still be closed", async () => {
  using place = temporaryPlace();
  await using _directory = await openDataDirectory(place.path);
  await Deno.remove(place.path, { recursive: true });
});

type Place = Disposable & { readonly path: string };

function temporaryPlace(): Place {
  const root = Deno.makeTempDirSync({ prefix: "headwater-" });
  return {
    path: `${root}/data`,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

type Holder = AsyncDisposable & {
  readonly pid: number;
  said(): Promise<string>;
  kill(): void;
};

/** A process of its own that opens the directory and keeps it. */
function startHolder(path: string): Holder {
  const program = fileURLToPath(import.meta.resolve("./testing/hold_data_directory.ts"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", `--allow-write=${path}`, program, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  return {
    pid: child.pid,
    async said() {
      const { value } = await within("what the process says", reader.read());
      return new TextDecoder().decode(value).trim();
    },
    kill: () => child.kill("SIGKILL"),
    async [Symbol.asyncDispose]() {
      const ending = Promise.all([child.stdin.abort(), reader.cancel(), child.status]);
      await within("the process to end", ending);
    },
  };
}
