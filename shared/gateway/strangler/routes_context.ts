import {
  type Aggregate,
  type DomainCommand,
  type EventLog,
  machine,
  Refusal,
  repository,
  Unavailable,
} from "@headwater/core";
import type { Sql } from "postgres";
import {
  type EntityPinCommand,
  type StrangledRouteCommand,
  strangledRouteEvents,
} from "./contract.ts";
import { entityPin } from "./entity_pin.ts";
import type { ShadowReport } from "./judge_shadow.ts";
import { readShadowReport } from "./shadow_reports.ts";
import { strangledRoute } from "./strangled_route.ts";
import {
  listStrangledRoutes,
  type StrangledRouteRow,
  strangledRoutesView,
} from "./strangled_routes_view.ts";

/** What operators' acts on strangled routes are done to. */
export type RoutesContext = {
  readonly databases: readonly { readonly service: string; readonly sql: Sql }[];
  /** For looks at what is decided by now; absent where nobody can read it: the read model says what it has heard. */
  readonly reads?: Pick<EventLog, "read">;
  /** Takes changes; absent where the running application has it to itself. */
  readonly log?: Pick<EventLog, "append" | "read">;
  /** Who it is that acts; default: an operator. */
  readonly actor?: string;
  /** Has the running application do an act, and gives the value that came of it. */
  ask?(
    asked: {
      readonly path: string;
      readonly args: object;
      readonly actor?: string | undefined;
    },
  ): Promise<unknown>;
};

/** What a change has come to. */
export type Changed = StrangledRouteRow & { readonly position: number | undefined };

/** All routes as they are decided by now, by name. */
export async function listRoutes(context: RoutesContext): Promise<readonly StrangledRouteRow[]> {
  const rows = await knownRoutes(context);
  const { reads } = context;
  if (!reads) return rows;
  return await Promise.all(rows.map(async (row) => await asDecided(reads, row.route, row) ?? row));
}

/** Errors: `Refusal` with `strangled-route-unknown`; those of the log and of the database. */
export async function changeRoute(
  context: RoutesContext,
  command: StrangledRouteCommand,
): Promise<Changed> {
  const { position } = await handle(context, strangledRoute, command);
  const { route } = command.data;
  const rows = await knownRoutes(context);
  const row = rows.find((row) => row.route === route);
  const decided = await asDecided(logOf(context), route, row);
  if (!decided) throw unknownRoute(route, rows);
  return { ...decided, position };
}

/** Moves an entity to a side: from then on it stays with that. */
export async function moveEntity(
  context: RoutesContext,
  data: Extract<EntityPinCommand, { readonly type: "MoveEntity" }>["data"],
): Promise<{ readonly position: number | undefined }> {
  const rows = await listRoutes(context);
  if (!rows.some(({ route }) => route === data.route)) throw unknownRoute(data.route, rows);
  const { position } = await handle(context, entityPin, { type: "MoveEntity", data });
  return { position };
}

/** What asking the new side beside the legacy one has shown, since the shadow share was set last. */
export async function reportOf(context: RoutesContext, route: string): Promise<ShadowReport> {
  const rows = await listRoutes(context);
  const row = rows.find((row) => row.route === route);
  if (!row) throw unknownRoute(route, rows);
  return await readShadowReport(databaseOf(context), { route, round: row.shadowRound });
}

async function knownRoutes(context: RoutesContext): Promise<readonly StrangledRouteRow[]> {
  try {
    return await listStrangledRoutes(databaseOf(context));
  } catch (error) {
    // Its service has not run here yet
    if (machine.isNothingThere(error)) return [];
    throw error;
  }
}

function unknownRoute(route: string, rows: readonly StrangledRouteRow[]): Refusal {
  const known = rows.map((row) => row.route).join(", ") || "none";
  return new Refusal(
    "strangled-route-unknown",
    `Cannot find strangled route "${route}": known are ${known}`,
  );
}

/** The row that the read model will have: its stream is short, and nobody waits for who folds it. */
async function asDecided(
  reads: Pick<EventLog, "read">,
  route: string,
  known?: StrangledRouteRow,
): Promise<StrangledRouteRow | undefined> {
  let decided: StrangledRouteRow | undefined;
  for await (const page of reads.read(`${strangledRoute.name}-${route}`)) {
    for (const recorded of page) {
      const event = strangledRouteEvents.decode(recorded);
      if (event) decided = strangledRoutesView.evolve(decided, event, route);
    }
  }
  if (!decided || !known) return decided;
  // Entities have streams of their own, which are too many to be read
  const { moves, pinnedLegacy, pinnedNew } = known;
  return { ...decided, moves, pinnedLegacy, pinnedNew };
}

async function handle<Command extends DomainCommand, State>(
  context: RoutesContext,
  // deno-lint-ignore no-explicit-any -- its events are nobody's concern here
  aggregate: Aggregate<Command, any, State>,
  command: Command,
): Promise<{ readonly position: number | undefined }> {
  const commandId = crypto.randomUUID();
  return await repository(aggregate, { log: logOf(context) }).handle(command, {
    commandId,
    correlationId: commandId,
    actor: context.actor ?? "operator",
  });
}

function logOf({ log }: RoutesContext): Pick<EventLog, "append" | "read"> {
  if (log) return log;
  throw new Unavailable("Cannot change routes: the log belongs to an application that runs");
}

function databaseOf({ databases }: RoutesContext): Sql {
  const found = databases.find(({ service }) => service === "strangler");
  if (found) return found.sql;
  throw new Refusal(
    "strangler-unknown",
    'Cannot find strangled routes: the application has no service "strangler"',
  );
}
