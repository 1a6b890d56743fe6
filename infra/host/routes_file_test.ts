import { silentLog } from "@headwater/core";
import { eventually, manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { ConfigError } from "./config.ts";
import { openRoutesFile, readRoutesFile } from "./routes_file.ts";

const surroundings = { routes: [], pages: [] };

function text(path: string): string {
  return JSON.stringify({
    upstreams: { legacy: { url: "http://127.0.0.1:9" } },
    routes: [{ method: "GET", path, upstream: "legacy" }],
  });
}

/** A file, with a time of its own for each text: a file system may know no shorter times than ours. */
async function makeFile(first: string) {
  const path = await Deno.makeTempFile();
  let changes = 0;
  async function write(content: string): Promise<void> {
    await Deno.writeTextFile(path, content);
    await Deno.utime(path, 1_000, 1_000 + ++changes);
  }
  await write(first);
  return { path, write, [Symbol.asyncDispose]: () => Deno.remove(path).catch(() => {}) };
}

async function open(path: string) {
  const clock = manualClock();
  const warnings: unknown[] = [];
  const logger = {
    ...silentLog,
    warn: (message: string, fields?: object) => warnings.push({ message, ...fields }),
  };
  const file = await openRoutesFile(path, { surroundings, logger, clock });
  return {
    ...file,
    warnings,
    paths: () => file.table().routes.map(({ path }) => path),
    /** So many looks later; a look takes its time of the file system. */
    async looks(count: number): Promise<void> {
      for (let look = 0; look < count; look++) {
        await clock.advance(500);
        await eventually("the look to be over", () => clock.pending() === 1);
      }
    },
    warning: async () => (await file.check.check(new AbortController().signal))?.warning,
  };
}

Deno.test("a file that cannot be used stops the start, with its name and what is wrong in it", async () => {
  await using file = await makeFile(text("/ops/x"));
  await assert.rejects(openRoutesFile(file.path, { surroundings, logger: silentLog }), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.problems, [
      `ROUTES_FILE is "${file.path}": routes[0].path is "/ops/x", allowed: what the gateway does not answer itself`,
    ]);
    return true;
  });
  await assert.rejects(readRoutesFile(`${file.path}.gone`, surroundings), /it cannot be read: /);
  await file.write(" ".repeat(1024 * 1024 + 1));
  await assert.rejects(readRoutesFile(file.path, surroundings), /it has 1048577 bytes/);
});

Deno.test("another file is taken once it stands still, and a table in use is not changed", async () => {
  await using file = await makeFile(text("/one"));
  await using opened = await open(file.path);
  const before = opened.table();
  await file.write(text("/two"));
  await opened.looks(1);
  assert.equal(opened.table(), before);
  await opened.looks(1);
  assert.deepEqual(opened.paths(), ["/two"]);
  assert.deepEqual(before.routes.map(({ path }) => path), ["/one"]);
  const after = opened.table();
  await opened.looks(3);
  assert.equal(opened.table(), after);
});

Deno.test("a bad file is refused once, with a warning until a good one is there; the table before it stays", async () => {
  await using file = await makeFile(text("/one"));
  await using opened = await open(file.path);
  assert.equal(await opened.warning(), undefined);
  for (const bad of ["{", text("no path"), ""]) {
    await file.write(bad);
    await opened.looks(4);
    assert.deepEqual(opened.paths(), ["/one"]);
    assert.match(await opened.warning() ?? "", /^The routes from before are used, ".+" is not: /);
  }
  assert.equal(opened.warnings.length, 3);
  await Deno.remove(file.path);
  await opened.looks(2);
  assert.match(await opened.warning() ?? "", /it cannot be read/);
  await file.write(text("/two"));
  await opened.looks(2);
  assert.deepEqual(opened.paths(), ["/two"]);
  assert.equal(await opened.warning(), undefined);
});
