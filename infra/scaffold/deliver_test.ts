import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deliver } from "./deliver.ts";

/** A folder with "services/app.ts" in it. */
async function workspace() {
  const path = await Deno.makeTempDir({ dir: tmpdir(), prefix: "headwater-deliver-" });
  const root = pathToFileURL(`${path}/`);
  await Deno.mkdir(join(path, "services"));
  await Deno.writeTextFile(join(path, "services", "app.ts"), "before();\n");
  return {
    root,
    read: (file: string) => Deno.readTextFile(join(path, file)),
    async names(folder: string) {
      const entries = await Array.fromAsync(Deno.readDir(join(path, folder)));
      return entries.map(({ name }) => name).toSorted();
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const created = new Map([["services/a/deno.json", "{}"], ["services/a/mod.ts", "a( )"]]);

Deno.test("what is new is written, formatted, and nothing else is left", async () => {
  await using place = await workspace();
  const edited = [{ path: "services/app.ts", text: "after( )" }];
  await deliver({ created, edited }, place.root);
  assert.deepEqual(await place.names(""), ["services"]);
  assert.deepEqual(await place.names("services/a"), ["deno.json", "mod.ts"]);
  assert.equal(await place.read("services/a/mod.ts"), "a();\n");
  assert.equal(await place.read("services/a/deno.json"), "{}");
  assert.equal(await place.read("services/app.ts"), "after();\n");
  const more = new Map([["services/a/view.ts", "v();"], ["services/a/view_test.ts", "t();"]]);
  await deliver({ created: more, edited }, place.root);
  assert.deepEqual(await place.names("services/a"), [
    "deno.json",
    "mod.ts",
    "view.ts",
    "view_test.ts",
  ]);
});

Deno.test("when something fails in between, nothing is written", async () => {
  await using place = await workspace();
  const after = [{ path: "services/app.ts", text: "after();" }];
  const failures: readonly (readonly [Parameters<typeof deliver>[0], RegExp])[] = [
    // The last thing that is renamed has nowhere to go.
    [{ created, edited: [...after, { path: "nowhere/app.ts", text: "" }] }, /^NotFound/],
    [{ created, edited: [{ path: "services/app.ts", text: "no (code" }] }, /^Error: Cannot format/],
    [
      {
        created: new Map([["services/new.ts", "a();"], ["services/app.ts", "b();"]]),
        edited: after,
      },
      /Cannot write "services\/app.ts": it is there already/,
    ],
  ];
  for (const [draft, message] of failures) {
    await assert.rejects(deliver(draft, place.root), message);
    assert.deepEqual(await place.names(""), ["services"]);
    assert.deepEqual(await place.names("services"), ["app.ts"]);
    assert.equal(await place.read("services/app.ts"), "before();\n");
  }
});
