import type { EventLog } from "@headwater/core";
import type { Routes } from "@headwater/http";
import type { calls } from "@headwater/resilience";
import { operatorsRoutes } from "./operators_routes.ts";
import { operatorsActs } from "./operators_acts.ts";
import { actsRecord } from "./acts_record/acts_record.ts";
import { recordRoutes } from "./acts_record/asked_record.ts";
import { lastingCalls } from "./lasting_isolation.ts";

/**
 * `GET /ops/acts` of a gateway: what operators did; `/ops/calls`: who calls whom, from all processes. Where its process has the log to itself, command lines beside it put
 * their acts on record here.
 */
export function gatewayActs(
  { reads, log, isItsOwn, calls }: {
    readonly reads: Pick<EventLog, "read" | "readAll">;
    /** For the record of what is done here. */
    readonly log: Pick<EventLog, "append" | "read">;
    /** Nobody else can open it. */
    readonly isItsOwn: boolean;
    readonly calls: Required<calls.OperatedCalls>;
  },
): Routes {
  const record = actsRecord(log);
  const { acts = [], calls: callsActs = [] } = operatorsActs(() =>
    Promise.resolve({
      databases: [],
      ...{ reads, record, calls: lastingCalls(calls, log) },
      // Who opened the log closes it
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  );
  const app = operatorsRoutes({ acts, calls: callsActs });
  return isItsOwn ? app.route("/", recordRoutes(record)) : app;
}
