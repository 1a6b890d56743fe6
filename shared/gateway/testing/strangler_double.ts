import {
  eventLog,
  type Recorded,
  repository,
  type ServiceClient,
  silentLog,
} from "@headwater/core";
import {
  commandEndpoint,
  commandsOf,
  readJson,
  routes,
  type ServiceDependencies,
  toService,
} from "@headwater/http";
import {
  type EntityPinCommand,
  entityPinEvents,
  type StrangledRouteCommand,
  strangledRouteEvents,
} from "../strangler/contract.ts";
import { entityPin, pinIdOf } from "../strangler/entity_pin.ts";
import { type ShadowBatch, shadowBatch } from "../strangler/shadow_batch.ts";
import { strangledRoute } from "../strangler/strangled_route.ts";
import { strangledRoutesView } from "../strangler/strangled_routes_view.ts";

/** The strangler without a database: its rules over a log in memory, and a read model that is never behind. */
export type StranglerDouble = {
  readonly client: ServiceClient;
  /** Requests that have reached it, as `POST /strangler/pins`. */
  readonly asked: readonly string[];
  /** What was compared in the shadow. */
  readonly batches: readonly ShadowBatch[];
  /** Events so far. */
  events(): Promise<readonly Recorded[]>;
  decide(command: StrangledRouteCommand | EntityPinCommand): Promise<void>;
  /** From now on it does not answer, or does again. */
  setAway(isAway: boolean): void;
};

/** A strangler for tests of gateways. */
export function stranglerDouble(): StranglerDouble {
  const log = eventLog.memoryLog();
  const asked: string[] = [];
  const batches: ShadowBatch[] = [];
  let isAway = false;
  const byRoute = repository(strangledRoute, { log });
  const pins = repository(entityPin, { log });

  async function events(): Promise<readonly Recorded[]> {
    return (await Array.fromAsync(log.readAll())).flat();
  }

  async function states() {
    const rows = new Map<string, Parameters<typeof strangledRoutesView.evolve>[0]>();
    for (const recorded of await events()) {
      const event = strangledRouteEvents.decode(recorded) ?? entityPinEvents.decode(recorded);
      if (!event) continue;
      const { route } = event.data;
      rows.set(route, strangledRoutesView.evolve(rows.get(route), event, route));
    }
    return [...rows.values()].flatMap((row) =>
      row ? [{ ...row, hasLegacyPins: row.pinnedLegacy > 0, hasNewPins: row.pinnedNew > 0 }] : []
    );
  }

  const app = routes();
  app.get("/strangler/routes", async (c) => {
    const text = JSON.stringify(await states());
    const tag = `"${text.length}-${(await events()).length}"`;
    c.header("ETag", tag);
    return c.req.header("If-None-Match") === tag ? c.body(null, 304) : c.text(text);
  });
  app.get("/strangler/pins", async (c) => {
    const id = pinIdOf(c.req.query("route") ?? "", c.req.query("entity") ?? "");
    return c.json({ side: (await pins.load(id)).state?.side ?? null });
  });
  app.post("/strangler/pins", async (c) => {
    const data = await c.req.json();
    await decide({ type: "PinEntity", data });
    const { state } = await pins.load(pinIdOf(data.route, data.entity));
    return c.json({ side: state?.side });
  });
  app.post("/strangler/shadow", async (c) => {
    batches.push(await readJson(c, shadowBatch));
    return c.body(null, 204);
  });
  app.route("/", commandEndpoint(commandsOf(strangledRoute, byRoute)));
  const service = toService(app, {
    service: "strangler",
    logger: silentLog,
    newId: () => crypto.randomUUID(),
  } as unknown as ServiceDependencies);

  async function decide(command: StrangledRouteCommand | EntityPinCommand): Promise<void> {
    const commandId = crypto.randomUUID();
    const context = { commandId, correlationId: commandId };
    if (command.type === "PinEntity" || command.type === "MoveEntity") {
      await pins.handle(command, context);
    } else await byRoute.handle(command, context);
  }

  return {
    client: {
      call(_name, request) {
        if (isAway) return Promise.reject(new Error("Nobody is there"));
        asked.push(`${request.method} ${new URL(request.url).pathname}`);
        return service(request);
      },
    },
    asked,
    batches,
    events,
    decide,
    setAway: (now) => isAway = now,
  };
}
