import type { Log } from "@headwater/core";
import type { WorkerReport } from "./checkpoint.ts";

/** What a worker is doing, and since when; tells the log when that changes. */
export class WorkerState {
  readonly #log: Log;
  readonly #now: () => number;
  #report: WorkerReport;
  /** What held it up last, until it is live: to try again and fail alike is no news. */
  #trouble: Pick<WorkerReport, "state" | "cause"> | undefined;

  constructor({ log, now }: { readonly log: Log; readonly now: () => number }) {
    this.#log = log;
    this.#now = now;
    this.#report = {
      state: "starting",
      cause: undefined,
      since: this.#time(),
      caughtUp: false,
      behindSince: undefined,
    };
  }

  get report(): WorkerReport {
    return this.#report;
  }

  /** 0 when nothing is left to apply. */
  get lagMs(): number {
    const { behindSince } = this.#report;
    return behindSince === undefined ? 0 : Math.max(0, this.#now() - Date.parse(behindSince));
  }

  /** The report as it will be once the worker has got further. */
  after(
    { state, caughtUp, behindSince }: Pick<WorkerReport, "state" | "caughtUp" | "behindSince">,
  ): WorkerReport {
    const since = state === this.#report.state ? this.#report.since : this.#time();
    return { state, cause: undefined, since, caughtUp, behindSince };
  }

  become(report: WorkerReport): void {
    const before = this.#report;
    this.#report = report;
    if (before.state === report.state && before.cause === report.cause) return;
    const fields = {
      state: report.state,
      before: before.state,
      ...(report.cause !== undefined && { cause: report.cause }),
    };
    this.#log[this.#levelOf(report)](`A projection is ${report.state}`, fields);
  }

  #levelOf({ state, cause }: WorkerReport): "error" | "warn" | "info" | "debug" {
    const known = this.#trouble;
    if (state !== "failing" && state !== "waiting") {
      if (state === "live") this.#trouble = undefined;
      return known && state !== "live" ? "debug" : "info";
    }
    this.#trouble = { state, cause };
    if (known?.state === state && known.cause === cause) return "debug";
    return state === "failing" ? "error" : "warn";
  }

  /** It cannot go on for now. */
  interrupted(state: "waiting" | "failing", { cause, behindSince }: {
    readonly cause: string;
    readonly behindSince?: string;
  }): void {
    const since = state === this.#report.state ? this.#report.since : this.#time();
    this.become({
      state,
      cause,
      since,
      caughtUp: false,
      behindSince: behindSince ?? this.#report.behindSince,
    });
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}
