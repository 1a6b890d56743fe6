import { machine, silentLog, time } from "@headwater/core";
import { edge, type EdgeRoutes, toService } from "@headwater/http";
import { policy } from "@headwater/resilience";
import { Hono } from "hono";
import { tell, untilEnded } from "./conversing_process.ts";

/** What its database does at a time, and how long each takes: 320 requests a second, however fast the machine is. */
const hands = 8;
const workMs = 25;

export const priorities: readonly policy.Priority[] = ["critical", "normal", "best-effort", "bulk"];

/** A service whose every request needs one of a few connections for a while: `--shed` refuses what is too much. */
async function serve(): Promise<void> {
  const places = new machine.Places(hands);
  const app: EdgeRoutes = new Hono();
  for (const priority of priorities) {
    app.get(`/${priority}`, async (c) => {
      await places.take(() => time.pause(workMs));
      return c.json({ priority });
    });
  }
  const door = Deno.args.includes("--shed")
    ? edge.shed({
      shedder: policy.createShedder(),
      priorityOf: ({ req }) => priorities.find((each) => req.path === `/${each}`) ?? "normal",
      believes: false,
      service: "overloaded",
      logger: silentLog,
    })
    : undefined;
  const service = toService(app, {
    service: "overloaded",
    logger: silentLog,
    newId: () => crypto.randomUUID(),
  }, { door });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, service);
  tell(`http://127.0.0.1:${server.addr.port}`);
  await untilEnded();
}

if (import.meta.main) await serve();
