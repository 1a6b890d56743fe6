import { defineEvents, type EventOf } from "@headwater/core";
import { z } from "zod";
import type { Process } from "../process.ts";

const errand = { errandId: z.string() };

export const errandEvents = defineEvents("errand", {
  ErrandGiven: z.object(errand),
  ErrandRun: z.object(errand),
  ErrandReported: z.object(errand),
});
export type ErrandEvent = EventOf<typeof errandEvents>;

const runningEvents = defineEvents("running", {
  Started: z.object(errand),
  Advanced: z.object({ ...errand, step: z.enum(["run", "report"]) }),
});

type State = { readonly errandId: string; readonly todo: readonly ("run" | "report")[] };

/** The smallest process with two steps: an errand is run, then reported. */
export const errandProcess: Process<ErrandEvent, EventOf<typeof runningEvents>, State> = {
  name: "running",
  inputs: [errandEvents],
  events: runningEvents,
  initialState: { errandId: "", todo: [] },
  key: ({ data }) => data.errandId,
  react({ type, data: { errandId } }, { todo }) {
    switch (type) {
      case "ErrandGiven":
        return [{ type: "Started", data: { errandId } }];
      case "ErrandRun":
        return todo[0] === "run" ? [{ type: "Advanced", data: { errandId, step: "run" } }] : [];
      case "ErrandReported":
        return todo[0] === "report"
          ? [{ type: "Advanced", data: { errandId, step: "report" } }]
          : [];
    }
  },
  evolve(state, { type, data }) {
    switch (type) {
      case "Started":
        return { errandId: data.errandId, todo: ["run", "report"] };
      case "Advanced":
        return { ...state, todo: state.todo.filter((step) => step !== data.step) };
    }
  },
  outstanding({ errandId, todo: [step] }) {
    if (!step) return [];
    const type = step === "run" ? "RunErrand" : "ReportErrand";
    return [{ name: step, service: "messenger", command: { type, data: { errandId } } }];
  },
  finished: ({ errandId, todo }) => errandId !== "" && todo.length === 0,
};
