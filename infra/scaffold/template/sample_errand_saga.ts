import { defineSaga, participant } from "@headwater/sagas";
import { sampleAccountCommands, sampleAccountEvents } from "./contract.ts";
import { sampleErrandEvents } from "./sample_errand_contract.ts";

const own = participant("sample_account", {
  commands: sampleAccountCommands,
  events: sampleAccountEvents,
});

/** Sends one `AddSampleAccountEntry` after each `SampleAccountOpened`. */
export const sampleErrandSaga = defineSaga(sampleErrandEvents, {
  startedBy: own.event("SampleAccountOpened"),
  steps: ({ retriable }) => [
    retriable("add-sample-account-entry", {
      does: ({ sampleAccountId }) =>
        own.command("AddSampleAccountEntry", { sampleAccountId, entryId: "entry-1", amount: 5 }),
      // The proof that it was done; until it comes, the command is outstanding.
      done: own.event("SampleAccountEntryAdded"),
    }),
  ],
});
