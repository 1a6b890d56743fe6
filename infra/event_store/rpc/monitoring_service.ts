import type { Rpc } from "../grpc/grpc_call.ts";
import type { ServerStats } from "./server_stats.ts";
import { StatsRequestSchema, StatsResponseSchema } from "./messages_pb.ts";
import { decodeRequest, framedMessage } from "./unary_rpc.ts";

/** The original sends them without pause to who asks for no period. */
const shortestPeriodMs = 10;
const longestPeriodMs = 2 ** 31 - 1;

/** The service by which clients watch the server: its numbers again and again, until they have enough. */
export function monitoringService(stats: ServerStats): ReadonlyMap<string, Rpc> {
  const rpc: Rpc = async (call) => {
    const request = decodeRequest(StatsRequestSchema, await call.first());
    const periodMs = Number(request.refreshTimePeriodInMs);
    for (;;) {
      const response = framedMessage(StatsResponseSchema, {
        stats: Object.fromEntries(flattened(stats())),
      });
      if (!call.write(response)) await call.drained();
      await pause(Math.min(Math.max(periodMs, shortestPeriodMs), longestPeriodMs), call.signal);
      call.signal.throwIfAborted();
    }
  };
  return new Map([["/event_store.client.monitoring.Monitoring/Stats", rpc]]);
}

/** `es-open-calls` for example. */
function flattened(group: object, prefix = ""): [name: string, value: string][] {
  return Object.entries(group).flatMap(([name, value]): [string, string][] =>
    typeof value === "object" && value !== null
      ? flattened(value, `${prefix}${name}-`)
      : [[`${prefix}${name}`, String(value)]]
  );
}

/** Resolves after the time, or earlier when the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  }
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  return promise;
}
