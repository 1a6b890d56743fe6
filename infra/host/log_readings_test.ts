import { eventLog, silentLog, Unavailable } from "@headwater/core";
import { appendAtEnd } from "@headwater/testing";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { readingsAt, serveReadings } from "./log_readings.ts";

function event(type: string): eventLog.NewEvent {
  return {
    id: crypto.randomUUID(),
    type,
    data: { text: "ä\n" },
    metadata: {
      ...{ $correlationId: "c", $causationId: "c", commandId: "c", commandHash: "c" },
      schemaVersion: 1,
    },
  };
}

Deno.test("a log is read from elsewhere as it is read here, in either direction and over many pages", async () => {
  await using log = eventLog.memoryLog();
  for (const stream of ["jar-1", "lid-1", "jar-2"]) {
    await appendAtEnd(log, stream, Array.from({ length: 701 }, (_, at) => event(`Filled${at}`)));
  }
  await using server = serveReadings(log, { logger: silentLog });
  const away = readingsAt(server.url);
  const all = async (pages: AsyncIterable<readonly unknown[]>) =>
    (await Array.fromAsync(pages)).flat();
  for (const direction of ["forwards", "backwards"] as const) {
    for (const limit of [undefined, 0, 3, 500, 1_000]) {
      const bound = { direction, ...(limit !== undefined && { limit }) };
      const asked = [bound, { ...bound, from: 600 }];
      for (const options of asked) {
        deepEqual(await all(away.read("jar-1", options)), await all(log.read("jar-1", options)));
      }
      const asAll = [bound, { ...bound, after: 900, categories: ["jar"] }, { ...bound, after: 1 }];
      for (const options of asAll) {
        deepEqual(await all(away.readAll(options)), await all(log.readAll(options)));
      }
    }
  }
  deepEqual(await all(away.read("nothing-1")), []);
  await rejects(all(away.read("a\u0000b")), Unavailable);
});

Deno.test("nobody reads it without the secret, or anything else", async () => {
  await using log = eventLog.memoryLog();
  await using server = serveReadings(log, { logger: silentLog });
  const url = new URL(server.url);
  const { origin, password } = url;
  const bare = await fetch(`${origin}/all?direction=forwards&limit=1`);
  await bare.body?.cancel();
  equal(bare.status, 401);
  url.password = crypto.randomUUID();
  await rejects(Array.fromAsync(readingsAt(url.href).readAll()), /it answers 401/);
  const headers = { "X-Service-Secret": password };
  for (
    const [path, status] of [["/append", 404], ["/all", 400], ["/all?limit=501", 400]] as const
  ) {
    const answer = await fetch(`${origin}${path}`, { headers });
    await answer.body?.cancel();
    equal(answer.status, status, path);
  }
});
