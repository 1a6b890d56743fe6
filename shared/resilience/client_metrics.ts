import { DeadlineExceeded, machine, Unavailable } from "@headwater/core";
import type { ResilientClient } from "./resilient_client.ts";
import type { CallBook, MeasuredTarget } from "./call_book.ts";
import { isQuery } from "./safe_to_repeat.ts";

const labels = ["caller", "target", "calls"] as const;

const breakerState = machine.metric({
  kind: "gauge",
  name: "headwater_client_breaker_state",
  help:
    "1 for the state of the circuit: closed, open (all calls are refused at once), half-open, or isolated by an operator",
  labels: [...labels, "state"],
});
const running = machine.metric({
  kind: "gauge",
  name: "headwater_client_calls_running",
  help: "Calls that hold a place at the target",
  labels,
});
const waiting = machine.metric({
  kind: "gauge",
  name: "headwater_client_calls_waiting",
  help: "Calls that wait for a place: the target is slower than it is asked",
  labels,
});
const places = machine.metric({
  kind: "gauge",
  name: "headwater_client_places",
  help: "Calls that may run at once at present, as many as the target answers well",
  labels,
});
const callsTotal = machine.metric({
  kind: "counter",
  name: "headwater_client_calls_total",
  help:
    "Calls with all their tries by how they ended; circuit-open and overloaded were refused here and not sent, late: out of time, left: whoever wanted it has gone",
  labels: [...labels, "outcome"],
});
const callDuration = machine.metric({
  kind: "histogram",
  name: "headwater_client_call_duration_seconds",
  help: "Of calls with all their tries and pauses, until the head of the answer",
  labels,
  buckets: machine.secondsBuckets,
});

/** Says how it stands with targets whenever somebody looks. `caller`: on whose behalf they are called. */
export function observeTargets(
  meter: machine.Meter,
  { caller, targets }: {
    readonly caller: string;
    targets(): Iterable<MeasuredTarget>;
  },
): Disposable {
  return meter.observe([breakerState, running, waiting, places], (say) => {
    for (const { target, calls, ...seen } of targets()) {
      const at = { caller, target, calls };
      say(breakerState, 1, { ...at, state: seen.breaker });
      say(running, seen.running, at);
      say(waiting, seen.waiting, at);
      say(places, seen.places, at);
    }
  });
}

/** The same client, whose calls are counted and timed, and shown to operators. `caller`: on whose behalf it calls. */
export function meteredClient(
  client: ResilientClient,
  { caller, meter, book, now = () => performance.now() }: {
    readonly caller: string;
    readonly meter: machine.Meter;
    /** Shows its calls to operators; default: nobody does. */
    readonly book?: CallBook | undefined;
    /** Milliseconds that only grow. */
    readonly now?: () => number;
  },
): ResilientClient {
  const countOf = meter.counter(callsTotal);
  const durationOf = meter.histogram(callDuration);
  /** By target, calls and outcome: to look them up by their labels costs more than to count. */
  const known = new Map<string, { count: machine.Count; duration: machine.Distribution }>();
  function targets(): readonly MeasuredTarget[] {
    return client.describe().map(({ service, ...state }) => ({ target: service, ...state }));
  }
  observeTargets(meter, { caller, targets });
  const { describe, isolate, release } = client;
  book?.add({ caller, targets, isolate, release });
  /** Beside it: whoever calls waits for nothing of this. */
  function watch(
    answering: Promise<{ readonly status: number } | machine.CommandAnswer>,
    { target, calls, beganAt, signal }: {
      readonly target: string;
      readonly calls: "commands" | "queries";
      readonly beganAt: number;
      readonly signal: AbortSignal;
    },
  ): void {
    function note(outcome: string): void {
      const key = `${target} ${calls} ${outcome}`;
      const at = { caller, target, calls };
      const series = known.get(key) ??
        { count: countOf({ ...at, outcome }), duration: durationOf(at) };
      known.set(key, series);
      series.duration.note((now() - beganAt) / 1_000);
      series.count.add();
    }
    answering.then(
      (answer) => note("status" in answer && answer.status >= 500 ? "failed" : "answered"),
      (error) => note(signal.aborted ? "left" : outcomeOf(error)),
    );
  }

  const { send } = client;
  return {
    ...{ describe, isolate, release },
    call(target, request) {
      const calls = isQuery(request) ? "queries" : "commands";
      const beganAt = now();
      const answering = client.call(target, request);
      watch(answering, { target, calls, beganAt, signal: request.signal });
      return answering;
    },
    ...(send && {
      send(target, sent) {
        const beganAt = now();
        const answering = send(target, sent);
        watch(answering, { target, calls: "commands", beganAt, signal: sent.signal });
        return answering;
      },
    }),
  };
}

function outcomeOf(error: unknown): string {
  if (error instanceof DeadlineExceeded) return "late";
  if (!(error instanceof Unavailable)) return "failed";
  const { code } = error;
  if (code === "circuit-open" || code === "overloaded") return code;
  if (code === "request-aborted") return "left";
  return code.startsWith("read-model-") ? "read-model-behind" : "unavailable";
}
