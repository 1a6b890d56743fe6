import { deepEqual } from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { WorkerState } from "./worker_state.ts";

function workerState() {
  const told: string[] = [];
  const level = (name: string) => (message: string) => void told.push(`${name}: ${message}`);
  const log: Log = {
    ...silentLog,
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
  };
  const state = new WorkerState({ log, now: () => 0 });
  function goOn(to: "catching-up" | "live"): void {
    state.become(state.after({ state: to, caughtUp: to === "live", behindSince: undefined }));
  }
  return { state, told, goOn };
}

Deno.test("to try again and fail alike is told once, being live again as well", () => {
  const { state, told, goOn } = workerState();
  goOn("catching-up");
  for (let time = 0; time < 3; time++) {
    state.interrupted("waiting", { cause: "no connection" });
    goOn("catching-up");
  }
  goOn("live");
  state.interrupted("waiting", { cause: "no connection" });
  deepEqual(told.filter((line) => !line.startsWith("debug")), [
    "info: A projection is catching-up",
    "warn: A projection is waiting",
    "info: A projection is live",
    "warn: A projection is waiting",
  ]);
});

Deno.test("another cause is news", () => {
  const { state, told } = workerState();
  state.interrupted("waiting", { cause: "no connection" });
  state.interrupted("failing", { cause: "this event cannot be applied" });
  state.interrupted("failing", { cause: "that event cannot be applied" });
  deepEqual(told, [
    "warn: A projection is waiting",
    "error: A projection is failing",
    "error: A projection is failing",
  ]);
});
