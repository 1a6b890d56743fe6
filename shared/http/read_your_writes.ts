import { type EventLog, type ReadModels, Unavailable, type View } from "@headwater/core";
import type { MiddlewareHandler } from "hono";
import { preferences, preferredWaitSeconds } from "@headwater/resilience";
import { lastEventId } from "./last_event_id.ts";
import type { DescribedReading } from "./openapi/described_route.ts";
import { readPosition } from "./read_position.ts";
import type { ServiceContext, ServiceEnv } from "./service_app.ts";

/**
 * For queries: `routes.get("/api/orders/:id", readsFrom(ordersView), …)`. Waits until the view has reached
 * `X-Min-Position` (the `X-Position` of a command's answer), at most as long as `Prefer: wait=<seconds>` says, and says
 * in `X-Position` how far the view is. A position beyond the end of the log, which another log gave, is not waited for. With `Prefer: stale-ok` a
 * view that is behind answers with a `Warning`.
 *
 * `param`: the part of the path that is the key of the row. Where events of it are parked, since the view cannot take
 * them, the answer says so in `X-Read-Model-Parked: true`. `sums`: the answer is of the view's sums, and says so where events
 * of any row are parked. `resumes`: for feeds, which also wait for the `Last-Event-ID` that their client has seen.
 *
 * Errors: `BadInput`, `Unavailable` with `read-model-behind`, those of `ReadModels`.
 */
export function readsFrom(
  view: View,
  { param, sums = false, resumes = false }: {
    readonly param?: string;
    readonly sums?: boolean;
    readonly resumes?: boolean;
  } = {},
): MiddlewareHandler<ServiceEnv> {
  const handler: MiddlewareHandler<ServiceEnv> = async (c, next) => {
    const position = later(minPosition(c), resumes ? lastEventId(c) : undefined);
    const waitSeconds = preferredWaitSeconds(c.req.raw.headers);
    const { signal } = c.var;
    const now = position === undefined ? undefined : await stateNow(c.env, { view, position });
    const isAhead = now?.reached !== true && await isBeyondHead(c.env.log, position);
    const waitMs = isAhead ? 0 : waitSeconds * 1_000;
    const state = now?.reached
      ? now
      : await c.env.readModels.wait(view, { position, waitMs, signal });
    if (!state.reached && !preferences(c.req.raw.headers).includes("stale-ok")) {
      const why = isAhead
        ? "nothing in the log is as far as that, it is a position of another one"
        : `"${view.name}" has not reached it within ${waitSeconds} s`;
      throw new Unavailable(`Cannot answer from position ${position} on: ${why}`, {
        code: "read-model-behind",
      });
    }
    const key = param && c.req.param(param);
    const isParked = (sums || key !== undefined) && await c.env.readModels.isParked(view, key);
    await next();
    if (isParked) c.header("X-Read-Model-Parked", "true");
    if (state.position !== undefined) c.header("X-Position", String(state.position));
    if (!state.reached) c.header("Warning", '110 - "The read model is behind X-Min-Position"');
  };
  readings.set(handler, { view: view.name, tellsParked: sums || param !== undefined, resumes });
  return handler;
}

/**
 * What a route reads.
 * @internal
 */
export type RouteReading = DescribedReading & {
  /** The view's name. */
  readonly view: string;
};

const readings = new WeakMap<object, RouteReading>();

/** Undefined: `readsFrom` did not make this handler. */
export function readingOf(handler: object): RouteReading | undefined {
  return readings.get(handler);
}

/** Undefined: it is not known yet, which is worth the wait. */
async function stateNow(
  { readModels }: Pick<ServiceContext["env"], "readModels">,
  { view, position }: { readonly view: View; readonly position: number },
): Promise<Awaited<ReturnType<ReadModels["wait"]>> | undefined> {
  try {
    return await readModels.wait(view, { position, waitMs: 0 });
  } catch (error) {
    if (error instanceof Unavailable && error.code === "read-model-unavailable") return undefined;
    throw error;
  }
}

/** Waiting for what nobody has written is in vain. */
async function isBeyondHead(
  log: Pick<EventLog, "head">,
  position: number | undefined,
): Promise<boolean> {
  if (position === undefined) return false;
  try {
    return position > (await log.head() ?? -1);
  } catch (error) {
    // A query needs the read model alone: without the log it waits for that.
    if (Unavailable.isCauseOf(error)) return false;
    throw error;
  }
}

function minPosition(c: ServiceContext): number | undefined {
  return readPosition(c, {
    header: "X-Min-Position",
    message: "Must be the X-Position of an earlier answer",
  });
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? one ?? other : Math.max(one, other);
}
