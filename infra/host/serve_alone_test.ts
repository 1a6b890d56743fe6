import { silentLog } from "@headwater/core";
import assert from "node:assert/strict";
import { readConfig } from "./config.ts";
import { service } from "./service.ts";
import { serveService } from "./serve_alone.ts";

const doors = service({ name: "front-doors" });

Deno.test("a service alone without a database is refused before anything is made", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env = new Map([["DATA_DIR", `${folder}/data`], ["PORT", "0"]]);
    const config = readConfig({ services: [doors] }, { args: [], env });
    const { signal } = new AbortController();
    await assert.rejects(
      serveService(doors, { config, logger: silentLog, signal, isSupervised: false }),
      {
        name: "ConfigError",
        message:
          'Cannot start: service "front-doors" lacks a database: set DATABASE_URL, or FRONT_DOORS_DATABASE_URL',
      },
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a service alone that other machines may reach takes a secret, or does not start", async () => {
  const { signal } = new AbortController();
  const env = new Map([["HOST", "0.0.0.0"], ["DATABASE_URL", "postgres://nowhere.invalid"]]);
  const config = readConfig({ services: [doors] }, { args: [], env });
  await assert.rejects(
    serveService(doors, { config, logger: silentLog, signal, isSupervised: false }),
    {
      name: "ConfigError",
      message:
        'Cannot start: service "front-doors" lacks a secret to be reached from other machines, at 0.0.0.0: set SERVICE_SECRET, the same for all services and the gateway',
    },
  );
});
