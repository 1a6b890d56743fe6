import { deepEqual, equal, rejects } from "node:assert/strict";
import { eventLog, Unavailable } from "@headwater/core";
import { openEventLog, startEventStore } from "@headwater/event-store";
import { newEvents, withFile } from "@headwater/event-store/testing";
import { within } from "@headwater/testing";
import { eventStoreDbLog } from "./event_store_db_log.ts";
import { LogIdentity, type LogIdentityParts } from "./log_identity.ts";
import type { LogEvent } from "./recorded_event.ts";

/** A server's stream, for several who ask for the identity at once; `failures`: so many appends fail. */
function emptyServer({ failures = 0 } = {}) {
  const stored: string[] = [];
  const asked: string[] = [];
  const parts: LogIdentityParts = {
    streams: {
      async *events(stream) {
        asked.push(`read ${stream}`);
        const found = stored.map((id) => ({ id }) as LogEvent);
        await Promise.resolve();
        if (found.length > 0) yield found;
      },
    },
    appender: {
      async append({ stream, expected, events }) {
        asked.push(`append ${stream}`);
        await Promise.resolve();
        if (failures-- > 0) throw new Unavailable("the server is down");
        if (stored.length > 0) throw new eventLog.RevisionConflict(stream, expected, 0);
        stored.push(...events.map(({ id }) => id));
        return { revision: 0, position: 7 };
      },
    },
  };
  return { parts, stored, asked };
}

Deno.test("a log without an identity is given one, once, whoever comes first", async () => {
  const { parts, stored, asked } = emptyServer();
  const processes = [new LogIdentity(parts), new LogIdentity(parts), new LogIdentity(parts)];
  const told = await Promise.all(processes.map((process) => process.get()));
  equal(stored.length, 1);
  deepEqual(told, [stored[0], stored[0], stored[0]]);
  const before = asked.length;
  equal(await processes[0]!.get(), stored[0]);
  equal(asked.length, before, "it is asked for once");
  processes[0]!.forget();
  equal(await processes[0]!.get(), stored[0]);
  deepEqual(asked.slice(before), ["read headwater_log"]);
});

Deno.test("where nobody knows whether it was written, it is looked for again", async () => {
  const { parts, stored } = emptyServer({ failures: 1 });
  const identity = new LogIdentity(parts);
  await rejects(identity.get(), Unavailable);
  deepEqual(stored, []);
  equal(await identity.get(), stored[0]);
});

Deno.test("a file has the same identity behind a server as without one", () =>
  withFile(async (path) => {
    const direct = await (async () => {
      await using log = openEventLog({ path });
      return await log.identity();
    })();
    await using server = await startEventStore({ path, port: 0 });
    await using log = eventStoreDbLog(server);
    equal(await log.identity(), direct);
    await using other = eventStoreDbLog(server);
    equal(await other.identity(), direct);
  }));

Deno.test({
  name: "a subscription ends where its server comes back with an older copy that has grown past it",
  // The gRPC client leaves a timer of up to a second behind for a connection that it has given up.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withFile(async (path) => {
      const first = await startEventStore({ path, port: 0 });
      const { port, connectionString } = first;
      await using log = eventStoreDbLog({ connectionString });
      await first[Symbol.asyncDispose]();
      await Deno.copyFile(path, `${path}.copy`);

      const second = await startEventStore({ path, port });
      const { position } = await log.append("order-1", newEvents(20), { expected: "no-stream" });
      const stop = new AbortController();
      const reached = Promise.withResolvers<void>();
      const marks: (eventLog.LogMark | undefined)[] = [];
      async function follow(after?: eventLog.LogMark): Promise<void> {
        const options = { categories: ["order"], signal: stop.signal, after };
        for await (const { mark } of log.subscribe(options)) {
          marks.push(mark);
          if (mark?.position === position) reached.resolve();
        }
      }
      const following = rejects(follow(), eventLog.ForeignPosition);
      await within("the events", reached.promise);
      await second[Symbol.asyncDispose]();

      await Deno.rename(`${path}.copy`, path);
      {
        await using grown = openEventLog({ path });
        await grown.append("order-2", newEvents(90), { expected: "no-stream" });
      }
      await using _third = await startEventStore({ path, port });
      await within("the subscription to end", following);
      await rejects(follow(marks.at(-1)), eventLog.ForeignPosition);
      stop.abort();
    }),
});
