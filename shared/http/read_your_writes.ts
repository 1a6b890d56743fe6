import { Unavailable, type View } from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import type { MiddlewareHandler } from "hono";
import { preferences, preferredWaitSeconds } from "@headwater/resilience";
import type { ServiceContext, ServiceEnv } from "./service_app.ts";

/**
 * For queries: `routes.get("/api/orders/:id", readsFrom(ordersView), …)`. Waits until the view has reached
 * `X-Min-Position` (the `X-Position` of a command's answer), at most as long as `Prefer: wait=<seconds>` says, and says
 * in `X-Position` how far the view is. With `Prefer: stale-ok` a view that is behind answers with a `Warning`.
 *
 * Errors: `BadInput`, `Unavailable` with `read-model-behind`, those of `ReadModels`.
 */
export function readsFrom(view: View): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const position = minPosition(c);
    const waitSeconds = preferredWaitSeconds(c.req.raw.headers);
    const state = await c.env.readModels.wait(view, {
      position,
      waitMs: waitSeconds * 1_000,
      signal: c.req.raw.signal,
    });
    if (!state.reached && !preferences(c.req.raw.headers).includes("stale-ok")) {
      throw new Unavailable(
        `Cannot answer from position ${position} on: "${view.name}" has not reached it within ${waitSeconds} s`,
        { code: "read-model-behind" },
      );
    }
    await next();
    if (state.position !== undefined) c.header("X-Position", String(state.position));
    if (!state.reached) c.header("Warning", '110 - "The read model is behind X-Min-Position"');
  };
}

function minPosition(c: ServiceContext): number | undefined {
  const token = c.req.header("X-Min-Position");
  if (token === undefined) return undefined;
  if (!/^(0|[1-9][0-9]{0,15})$/.test(token) || !Number.isSafeInteger(Number(token))) {
    throw new BadInput([{
      path: "X-Min-Position",
      message: "Must be the X-Position of an earlier answer",
    }]);
  }
  return Number(token);
}
