import { defineEvents, type EventOf } from "@headwater/core";
import { z } from "zod";
import type { Process } from "../process.ts";
import type { Step } from "../step.ts";
import { type ErrandEvent, errandEvents } from "./errand_process.ts";

const given = { errandId: z.string() };

const runningEvents = defineEvents("running", {
  Started: z.object(given),
  Advanced: z.object({ ...given, step: z.enum(["run"]) }),
  /** Its step has come to something else. */
  Ended: z.object({ ...given, outcome: z.string(), code: z.string(), reason: z.string() }),
  Resumed: z.object(given),
});

type State = {
  readonly errandId: string;
  readonly isDone: boolean;
  readonly isStuck: boolean;
};

/**
 * A process of one step with limits, which is stuck with whatever else it comes to than being done; the errand given once
 * more has it go on.
 */
export function limitedErrand(
  how: Pick<Step, "limits" | "isDoneWhenTaken">,
): Process<ErrandEvent, EventOf<typeof runningEvents>, State> {
  return {
    name: "running",
    inputs: [errandEvents],
    events: runningEvents,
    initialState: { errandId: "", isDone: false, isStuck: false },
    key: ({ data }) => data.errandId,
    react({ type, data: { errandId } }, { isDone, ...state }) {
      if (type === "ErrandRun") {
        return isDone ? [] : [{ type: "Advanced", data: { errandId, step: "run" } }];
      }
      if (type !== "ErrandGiven") return [];
      if (state.errandId === "") return [{ type: "Started", data: { errandId } }];
      return state.isStuck ? [{ type: "Resumed", data: { errandId } }] : [];
    },
    notice(notice, { errandId, isDone, isStuck }) {
      if (notice.type !== "StepAnswered" || isDone || isStuck) return [];
      const { outcome, code, reason } = notice;
      return outcome === "done"
        ? [{ type: "Advanced", data: { errandId, step: "run" } }]
        : [{ type: "Ended", data: { errandId, outcome, code, reason } }];
    },
    evolve(_, { type, data: { errandId } }) {
      return { errandId, isDone: type === "Advanced", isStuck: type === "Ended" };
    },
    outstanding({ errandId, isDone, isStuck }) {
      if (errandId === "" || isDone || isStuck) return [];
      const command = { type: "RunErrand", data: { errandId } };
      return [{ name: "run", service: "messenger", command, ...how }];
    },
    finished: ({ isDone }) => isDone,
  };
}
