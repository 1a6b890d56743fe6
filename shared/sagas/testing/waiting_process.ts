import { defineEvents, type DomainEvent, type EventOf, Refusal } from "@headwater/core";
import { z } from "zod";
import type { Process } from "../process.ts";
import { type ErrandEvent, errandEvents } from "./errand_process.ts";

const at = z.string();
const operated = z.object({ at, actor: z.string(), reason: z.string() });

const waitingEvents = defineEvents("waiting", {
  Begun: z.object({ errandId: z.string(), at }),
  Ran: z.object({}),
  Reminded: z.object({ at }),
  GivenUp: z.object({}),
  Retried: operated,
  Skipped: operated,
  Reported: z.object({}),
});
export type WaitingEvent = EventOf<typeof waitingEvents>;

export type WaitingState = {
  readonly errandId: string;
  readonly at: string;
  readonly phase: "new" | "waiting" | "reporting" | "stuck" | "done";
  /** Counts what is set anew. */
  readonly round: number;
};

export const remindMs = 60_000;
export const giveUpMs = 120_000;

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/**
 * The smallest process with times: an errand that was not run in time is reported; where no report comes, it is stuck
 * until operators have it done again, or skip it.
 */
export const waitingProcess: Process<ErrandEvent, WaitingEvent, WaitingState> = {
  name: "waiting",
  inputs: [errandEvents],
  events: waitingEvents,
  initialState: { errandId: "", at: "", phase: "new", round: 0 },
  key: ({ data }) => data.errandId,
  react({ type, data: { errandId } }, { phase }, { at }) {
    switch (type) {
      case "ErrandGiven":
        return phase === "new" ? [{ type: "Begun", data: { errandId, at } }] : [];
      case "ErrandRun":
        return phase === "waiting" ? [{ type: "Ran", data: {} }] : [];
      case "ErrandReported":
        return phase === "reporting" || phase === "stuck" ? [{ type: "Reported", data: {} }] : [];
    }
  },
  evolve(state, { type, data }) {
    switch (type) {
      case "Begun":
        return { ...data, phase: "waiting", round: 1 };
      case "Reminded":
        return { ...state, at: data.at, phase: "reporting" };
      case "GivenUp":
        return { ...state, phase: "stuck" };
      case "Retried":
        return { ...state, at: data.at, phase: "reporting", round: state.round + 1 };
      case "Ran":
      case "Skipped":
      case "Reported":
        return { ...state, phase: "done" };
    }
  },
  outstanding({ errandId, phase, round }) {
    if (phase !== "reporting") return [];
    const command: DomainEvent = { type: "ReportErrand", data: { errandId } };
    return [{ name: "report", service: "messenger", command, round }];
  },
  finished: ({ phase }) => phase === "done",
  timers({ at, phase, round }) {
    if (phase === "waiting") return [{ name: "remind", dueAt: later(at, remindMs) }];
    if (phase === "reporting") return [{ name: `give-up:${round}`, dueAt: later(at, giveUpMs) }];
    return [];
  },
  notice(notice, { phase, round }) {
    switch (notice.type) {
      case "TimerFired":
        if (notice.timer === "remind" && phase === "waiting") {
          return [{ type: "Reminded", data: { at: notice.at } }];
        }
        return notice.timer === `give-up:${round}` && phase === "reporting"
          ? [{ type: "GivenUp", data: {} }]
          : [];
      case "Operated": {
        const { act, actor, reason, at } = notice;
        if (phase !== "stuck") {
          throw new Refusal("saga-not-stuck", `Cannot ${act}: it is ${phase}, and must be stuck`);
        }
        return [{ type: act === "skip" ? "Skipped" : "Retried", data: { at, actor, reason } }];
      }
      case "StepAnswered":
        return [];
    }
  },
  tells: ({ phase }) => ({
    ...{ keys: [], isCompensating: false, version: 1 },
    ...(phase === "stuck" && { stuck: { step: "report", cause: "no report has come" } }),
  }),
};
