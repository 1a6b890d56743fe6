import { machine } from "@headwater/core";
import type { Env, Hono } from "hono";

/** Adds `/metrics`: the numbers of this process, for Prometheus. Who asks while it is being made gets the same page. */
export function addMetricsPage<E extends Env>(app: Hono<E>, page: () => Promise<string>): void {
  let making: Promise<string> | undefined;
  app.get("/metrics", async () => {
    making ??= page().finally(() => making = undefined);
    return new Response(await making, {
      headers: { "Content-Type": machine.prometheusType, "Cache-Control": "no-store" },
    });
  });
}
