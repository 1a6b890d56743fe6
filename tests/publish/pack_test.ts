import assert from "node:assert/strict";
import { join } from "node:path";
import * as tar from "tar";
import { pack } from "./pack.ts";

const name = "@headwater/event-store";

Deno.test("a tarball has what the engine shows and needs, the same bytes each time, and nothing of Deno's", async () => {
  const folder = await Deno.makeTempDir({ prefix: "headwater-pack-test-" });
  try {
    const tarballs = await pack(folder, [name]);
    assert.deepEqual([...tarballs.keys()].sort(), ["@headwater/core", name]);
    const before = await Deno.readFile(tarballs.get(name)!);
    await pack(folder, [name]);
    assert.deepEqual(await Deno.readFile(tarballs.get(name)!), before);

    const files = await contentsOf(tarballs.get(name)!);
    const manifest = JSON.parse(files.get("package/package.json")!);
    assert.equal(manifest.license, "MIT");
    assert.deepEqual(Object.keys(manifest.exports), [".", "./cli"]);
    assert.deepEqual(manifest.bin, { "headwater-event-store": "./bin.js" });
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), [
      "@bufbuild/protobuf",
      "@headwater/core",
      "zod",
    ]);
    for (
      const { types, default: code } of Object.values<Record<string, string>>(manifest.exports)
    ) {
      assert.ok(files.has(join("package", types!)));
      assert.ok(files.has(join("package", code!)));
    }
    assert.match(files.get("package/README.md")!, /startEventStore/);
    assert.match(files.get("package/LICENSE")!, /MIT License/);

    const code = Array.from(files).filter(([path]) => path.endsWith(".js"));
    assert.ok(code.length > 80);
    for (const [path, text] of code) assert.doesNotMatch(text, /\bDeno\.[a-zA-Z]/, path);
    for (const [path, text] of files) {
      if (!path.endsWith(".d.ts")) continue;
      for (const [, to = ""] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
        const declaration = join(path, "..", to.replace(/\.js$/, ".d.ts"));
        assert.ok(files.has(declaration), `${path} leads to "${to}"`);
      }
    }
    const paths = [...files.keys()];
    assert.deepEqual(paths.filter((path) => /_test\.|testing/.test(path)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is no engine is refused", async () => {
  await assert.rejects(pack(Deno.cwd(), ["@shop/order"]), {
    message: /^Cannot pack "@shop\/order": engines are (@headwater\/[a-z-]+(, )?)+$/,
  });
});

/** Not unpacked: the library asks for the user's group for that. */
async function contentsOf(file: string): Promise<ReadonlyMap<string, string>> {
  const contents: Promise<readonly [path: string, text: string]>[] = [];
  await tar.list({
    file,
    onReadEntry: (entry) =>
      contents.push(entry.concat().then((bytes) => [entry.path, bytes.toString()] as const)),
  });
  return new Map(await Promise.all(contents));
}
