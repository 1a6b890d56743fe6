import { aggregate, Refusal } from "@headwater/core";
import {
  type SampleAccountCommand,
  sampleAccountCommands,
  type SampleAccountEvent,
  sampleAccountEvents,
} from "./contract.ts";

export type SampleAccountState = {
  readonly status: "none" | "open" | "closed";
  readonly title: string;
  readonly balance: number;
  /** The amount of each entry, by its id. */
  readonly entries: Readonly<Record<string, number>>;
};

const initialState: SampleAccountState = { status: "none", title: "", balance: 0, entries: {} };

export const sampleAccount = aggregate({
  events: sampleAccountEvents,
  commands: sampleAccountCommands,
  id: ({ data }) => data.sampleAccountId,
  initialState,
  decide,
  evolve,
});

function decide(
  command: SampleAccountCommand,
  state: SampleAccountState,
): readonly SampleAccountEvent[] {
  const { sampleAccountId } = command.data;
  if (command.type === "OpenSampleAccount") {
    if (state.status === "none") return [{ type: "SampleAccountOpened", data: command.data }];
    if (state.title === command.data.title) return [];
    throw new Refusal(
      "sample-account-exists",
      `Cannot open sample account "${sampleAccountId}": it is there with title "${state.title}"`,
    );
  }
  if (state.status === "none") {
    throw new Refusal(
      "sample-account-unknown",
      `Cannot find sample account "${sampleAccountId}"`,
    );
  }
  switch (command.type) {
    case "AddSampleAccountEntry": {
      const { entryId, amount } = command.data;
      const added = amountOf(state, entryId);
      if (added === amount) return [];
      if (added !== undefined) {
        throw new Refusal(
          "sample-account-entry-exists",
          `Cannot add ${amount} as entry "${entryId}" of "${sampleAccountId}": it is there with ${added}`,
        );
      }
      if (state.status === "closed") {
        throw new Refusal(
          "sample-account-closed",
          `Cannot add an entry to sample account "${sampleAccountId}": it is closed`,
        );
      }
      if (state.balance + amount < 0) {
        throw new Refusal(
          "sample-account-too-low",
          `Cannot take ${-amount} from sample account "${sampleAccountId}": it holds ${state.balance}`,
        );
      }
      return [{ type: "SampleAccountEntryAdded", data: command.data }];
    }
    case "CloseSampleAccount":
      return state.status === "open" ? [{ type: "SampleAccountClosed", data: command.data }] : [];
  }
}

function evolve(state: SampleAccountState, event: SampleAccountEvent): SampleAccountState {
  switch (event.type) {
    case "SampleAccountOpened":
      return { ...state, status: "open", title: event.data.title };
    case "SampleAccountEntryAdded": {
      const { entryId, amount } = event.data;
      const entries = { ...state.entries, [entryId]: amount };
      return { ...state, balance: state.balance + amount, entries };
    }
    case "SampleAccountClosed":
      return { ...state, status: "closed" };
  }
}

/** Also for an entry that is called as a part of every object is, "constructor" for example. */
function amountOf({ entries }: SampleAccountState, entryId: string): number | undefined {
  return Object.hasOwn(entries, entryId) ? entries[entryId] : undefined;
}
