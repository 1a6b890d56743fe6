import { silentLog } from "@headwater/core";
import { gateway } from "@headwater/gateway";
import assert from "node:assert/strict";
import { application } from "./application.ts";
import { readConfig } from "./config.ts";
import { service } from "./service.ts";
import { serveGateway, serveService } from "./serve_alone.ts";

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

Deno.test("a gateway whose file of routes cannot be used does not start, and says what is wrong in it", async () => {
  const { signal } = new AbortController();
  const file = await Deno.makeTempFile();
  try {
    const routes = [{ method: "GET", path: "/health/old", upstream: "legacy" }];
    await Deno.writeTextFile(file, JSON.stringify({ upstreams: {}, routes }));
    const env = new Map([["PORT", "0"], ["ROUTES_FILE", file]]);
    const config = readConfig({ services: [doors] }, { args: [], env });
    const house = application({
      name: "house",
      services: [doors],
      createGateway: gateway({ pages: [] }),
    });
    await assert.rejects(
      serveGateway(house, { config, logger: silentLog, signal, isSupervised: false }),
      {
        name: "ConfigError",
        message:
          `Cannot start: ROUTES_FILE is "${file}": routes[0].upstream is "legacy", allowed: a name of upstreams, which has none; routes[0].path is "/health/old", allowed: what the gateway does not answer itself`,
      },
    );
  } finally {
    await Deno.remove(file);
  }
});
