import { type CommandOf, defineEvents, type EventOf } from "@headwater/core";
import type { Process } from "@headwater/sagas";
import { z } from "zod";
import { type sampleAccountCommands, sampleAccountEvents } from "./contract.ts";

type Input = EventOf<typeof sampleAccountEvents>;
type Command = CommandOf<typeof sampleAccountCommands>;

const instance = z.object({ sampleAccountId: z.string() });

/** What it remembers, in streams of its own. */
export const sampleErrandEvents = defineEvents("sampleErrand", {
  SampleErrandStarted: instance,
  SampleErrandDone: instance,
});
type SampleErrandEvent = EventOf<typeof sampleErrandEvents>;

export type SampleErrandState = {
  /** Undefined: it has not started. */
  readonly sampleAccountId?: string;
  readonly isDone: boolean;
};

/** Sends one `AddSampleAccountEntry` after each `SampleAccountOpened`. */
export const sampleErrandProcess: Process<Input, SampleErrandEvent, SampleErrandState> = {
  name: "sampleErrand",
  inputs: [sampleAccountEvents],
  events: sampleErrandEvents,
  initialState: { isDone: false },
  key: ({ data }) => "sampleAccountId" in data ? data.sampleAccountId : undefined,
  react,
  evolve,
  outstanding({ sampleAccountId, isDone }) {
    if (sampleAccountId === undefined || isDone) return [];
    const command: Command = {
      type: "AddSampleAccountEntry",
      data: { sampleAccountId, entryId: "entry-1", amount: 5 },
    };
    return [{ name: "add-sample-account-entry", service: "sample_account", command }];
  },
  finished: ({ isDone }) => isDone,
};

function react(
  { type, data }: Input,
  { sampleAccountId, isDone }: SampleErrandState,
): readonly SampleErrandEvent[] {
  const isStarted = sampleAccountId !== undefined;
  if (type === "SampleAccountOpened" && !isStarted) {
    return [{ type: "SampleErrandStarted", data: { sampleAccountId: data.sampleAccountId } }];
  }
  // The proof that the command was done; until it comes, the command is outstanding.
  if (type === "SampleAccountEntryAdded" && isStarted && !isDone) {
    return [{ type: "SampleErrandDone", data: { sampleAccountId } }];
  }
  return [];
}

function evolve(state: SampleErrandState, event: SampleErrandEvent): SampleErrandState {
  switch (event.type) {
    case "SampleErrandStarted":
      return { ...state, sampleAccountId: event.data.sampleAccountId };
    case "SampleErrandDone":
      return { ...state, isDone: true };
  }
}
