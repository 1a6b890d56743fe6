import type { EventLog } from "@headwater/core";
import type { Routes } from "@headwater/http";
import { operatorsRoutes } from "./operators_routes.ts";
import { operatorsActs } from "./operators_acts.ts";
import { actsRecord } from "./acts_record/acts_record.ts";
import { recordRoutes } from "./acts_record/asked_record.ts";

/**
 * `GET /ops/acts` of a gateway: what operators did. Where its process has the log to itself, command lines beside it put
 * their acts on record here.
 */
export function gatewayActs(
  { reads, log }: {
    readonly reads: Pick<EventLog, "read" | "readAll">;
    readonly log?: Pick<EventLog, "append" | "read">;
  },
): Routes {
  const { acts = [] } = operatorsActs(() =>
    Promise.resolve({
      databases: [],
      reads,
      // Who opened the log closes it
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  );
  const app = operatorsRoutes({ acts });
  return log ? app.route("/", recordRoutes(actsRecord(log))) : app;
}
