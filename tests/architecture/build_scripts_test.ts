import assert from "node:assert/strict";
import { z } from "zod";
import { readSource } from "./source_files.ts";

const locked = z.object({
  npm: z.record(z.string(), z.object({ scripts: z.boolean().optional() })),
});
const configured = z.object({ allowScripts: z.object({ deny: z.array(z.string()) }) });

Deno.test("every package whose build scripts are not run is named, so that nobody is warned of it", async () => {
  const { npm } = locked.parse(JSON.parse(await readSource("deno.lock")));
  const { allowScripts } = configured.parse(JSON.parse(await readSource("deno.json")));
  const packages = Object.entries(npm).filter(([, { scripts }]) => scripts)
    // With the versions of those that it stands beside
    .map(([name]) => `npm:${name.replace(/_.*$/, "")}`);
  assert.deepEqual(allowScripts.deny.toSorted(), packages.toSorted());
});
