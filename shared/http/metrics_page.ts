import { machine } from "@headwater/core";
import type { Env, Hono } from "hono";
import type { Admission } from "./admission.ts";

/** Adds `/metrics`: the numbers of this process, for Prometheus. Who asks while it is being made gets the same page. */
export function addMetricsPage<E extends Env>(
  app: Hono<E>,
  page: () => Promise<string>,
  { admit }: {
    /** Whom to show it; default: everybody. */
    readonly admit?: Admission | undefined;
  } = {},
): void {
  let making: Promise<string> | undefined;
  app.get("/metrics", async (c) => {
    await admit?.(c.req.raw);
    making ??= page().finally(() => making = undefined);
    return new Response(await making, {
      headers: { "Content-Type": machine.prometheusType, "Cache-Control": "no-store" },
    });
  });
}
