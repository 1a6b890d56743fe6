import { type CallWindow, emptyWindow, noted } from "./call_window.ts";
import type { BreakerSettings } from "./resilience_settings.ts";

/**
 * The circuit to one target: a value that never changes, like time. `epoch` counts openings and closings; whoever is let
 * through keeps it, and gives it back with the outcome: what was begun in another epoch says nothing of this one.
 */
export type Circuit =
  | { readonly is: "closed"; readonly epoch: number; readonly calls: CallWindow }
  | Open
  | HalfOpen
  | { readonly is: "isolated"; readonly epoch: number };

/** All calls are refused. */
type Open = {
  readonly is: "open";
  readonly epoch: number;
  readonly until: number;
  /** How often its probes have failed since it was closed. */
  readonly failedProbing: number;
};

/** So many calls are let through to see. */
type HalfOpen = {
  readonly is: "half-open";
  readonly epoch: number;
  readonly failedProbing: number;
  /** Under way or ended, but for those that proved nothing. */
  readonly probes: number;
  readonly worked: number;
  readonly failed: number;
  /** By then each of them has ended, or counts as failed. */
  readonly until: number;
};

/** How a call ended; `nothing`: it says nothing of the target. */
export type Outcome = "worked" | "failed" | "nothing";

export type CircuitRules = BreakerSettings & {
  /** Milliseconds: a call that was let through half-open and has not ended then counts as failed. */
  readonly probeMs: number;
};

export const closedCircuit: Circuit = { is: "closed", epoch: 0, calls: emptyWindow };

/** Somebody wants to call. `passes`: the call may be made. */
export function asked(
  circuit: Circuit,
  { at, chance, waitsMs = 0 }: {
    /** Milliseconds that only grow. */
    readonly at: number;
    /** Uniform in [0, 1). */
    readonly chance: number;
    /** By so much longer it may take. */
    readonly waitsMs?: number;
  },
  rules: CircuitRules,
): { readonly circuit: Circuit; readonly passes: boolean } {
  const { is, epoch } = circuit;
  if (is === "closed") return { circuit, passes: true };
  if (is === "isolated" || is === "open" && at < circuit.until) return { circuit, passes: false };
  const endsBy = at + rules.probeMs + waitsMs;
  const { failedProbing } = circuit;
  if (is === "open") {
    const probing = { probes: 1, worked: 0, failed: 0, until: endsBy };
    return {
      circuit: { is: "half-open", epoch: epoch + 1, failedProbing, ...probing },
      passes: true,
    };
  }
  if (circuit.probes < rules.probes) {
    const until = Math.max(circuit.until, endsBy);
    return { circuit: { ...circuit, probes: circuit.probes + 1, until }, passes: true };
  }
  if (at < circuit.until) return { circuit, passes: false };
  // More of them hang than may fail: otherwise it would be closed
  return { circuit: opened(circuit, { at, chance }, rules), passes: false };
}

/** A call has ended that was let through in that epoch. */
export function ended(
  circuit: Circuit,
  { epoch, outcome, at, chance, times }: {
    readonly epoch: number;
    readonly outcome: Outcome;
    readonly at: number;
    /** Uniform in [0, 1). */
    readonly chance: number;
    /** While it is closed: so many calls that ended alike, in the same tenth of the window. */
    readonly times?: number | undefined;
  },
  rules: CircuitRules,
): Circuit {
  if (epoch !== circuit.epoch) return circuit;
  if (circuit.is === "closed") {
    if (outcome === "nothing" || !rules.isOn) return circuit;
    const calls = noted(circuit.calls, { at, isFailed: outcome === "failed", times }, rules);
    const opens = outcome === "failed" && calls.made >= rules.minimumCalls &&
      calls.failed >= rules.failureRatio * calls.made;
    return opens ? opened(circuit, { at, chance }, rules) : { is: "closed", epoch, calls };
  }
  if (circuit.is !== "half-open") return circuit;
  if (outcome === "nothing") return { ...circuit, probes: circuit.probes - 1 };
  if (outcome === "failed") {
    const failed = circuit.failed + 1;
    return failed > rules.mayFail ? opened(circuit, { at, chance }, rules) : { ...circuit, failed };
  }
  const worked = circuit.worked + 1;
  // Whatever becomes of the others
  return worked >= rules.probes - rules.mayFail ? closed(circuit) : { ...circuit, worked };
}

/** An operator keeps everybody from calling. */
export function isolated(circuit: Circuit): Circuit {
  return circuit.is === "isolated" ? circuit : { is: "isolated", epoch: circuit.epoch + 1 };
}

/** No operator does, any more. */
export function released(circuit: Circuit): Circuit {
  return circuit.is === "isolated" ? closed(circuit) : circuit;
}

function closed({ epoch }: Circuit): Circuit {
  return { is: "closed", epoch: epoch + 1, calls: emptyWindow };
}

function opened(
  circuit: Circuit,
  { at, chance }: { readonly at: number; readonly chance: number },
  { openMs, longestOpenMs, jitter }: CircuitRules,
): Open {
  const failedProbing = circuit.is === "half-open" ? circuit.failedProbing + 1 : 0;
  const usualMs = Math.min(longestOpenMs, openMs * 2 ** failedProbing);
  const ms = usualMs * (1 + jitter * (2 * chance - 1));
  return { is: "open", epoch: circuit.epoch + 1, until: at + ms, failedProbing };
}
