import type { Happening, OutcomeOf, Replay, WorkerState } from "./worker_state.ts";

/** How far the filling of a table that must come to `head` is, at its beginning; undefined: it is not filled. */
export function replayTo(
  head: number | undefined,
  { position: from = 0, clock }: WorkerState,
): Replay | undefined {
  if (head === undefined) return undefined;
  return { from, target: head, events: 0, position: from, startedAt: clock, toldAt: clock };
}

/** How long others are filled first is no part of how long it takes. */
export function queued(
  state: WorkerState,
  { isQueued = false }: OutcomeOf<"quiet">,
): WorkerState {
  const { replay, clock } = state;
  const hasBegun = replay === undefined || replay.events > 0 || !isQueued;
  return { ...state, isQueued, replay: hasBegun ? replay : { ...replay, startedAt: clock } };
}

/** It tells so at once, and writes it when it writes rows. */
export function progressed(
  state: WorkerState,
  { events, position }: Extract<Happening, { type: "progressed" }>,
): WorkerState {
  const { replay } = state;
  if (!replay || state.isLost) return state;
  const further = { events: replay.events + events, position: position ?? replay.position };
  return { ...state, hasTried: true, isQueued: false, replay: { ...replay, ...further } };
}
