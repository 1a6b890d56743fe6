import { type EventLog, eventLog, silentLog } from "@headwater/core";
import { edge, type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { type ConsoleDependencies, operatorsConsole } from "../mod.ts";

/** A console over a log in memory, as a browser would ask it. */
export function openConsole(
  { identity, ...more }: Partial<ConsoleDependencies> & {
    /** Who looks; default: nobody is asked. */
    readonly identity?: edge.Identity;
  } = {},
) {
  const routes = operatorsConsole({
    application: "club",
    services: [{ name: "door", categories: ["door"] }],
    log: eventLog.memoryLog(),
    acts: {},
    ask: () => Promise.resolve([]),
    checks: () => [{ name: "event-log", status: "pass" }],
    logger: silentLog,
    ending: new AbortController().signal,
    ...more,
  });
  const app: EdgeRoutes = new Hono();
  app.use((c, next) => {
    if (identity) edge.noteIdentity(c, identity);
    return next();
  });
  const service = toService(app.route("/console", routes), {
    ...{ service: "gateway", logger: silentLog, newId: () => crypto.randomUUID() },
  });
  return async (path: string, init?: RequestInit) => {
    const answer = await service(new Request(`http://gateway${path}`, init));
    return { answer, text: await answer.text() };
  };
}

/** Appends events of one request to a stream; each follows from the one before. */
export async function appendTo(
  log: EventLog,
  { stream, events, correlationId = "request-1" }: {
    readonly stream: string;
    readonly events: readonly { readonly type: string; readonly data: unknown }[];
    readonly correlationId?: string;
  },
): Promise<void> {
  const added = events.map(({ type, data }) => ({
    ...{ id: crypto.randomUUID(), type, data },
    metadata: {
      ...{ $correlationId: correlationId, $causationId: "cause-1", commandId: "command-1" },
      ...{ commandHash: "hash", schemaVersion: 1 },
    },
  }));
  await log.append(stream, added, { expected: "no-stream" });
}
