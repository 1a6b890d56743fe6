import { participant, policy } from "@headwater/sagas";
import { sampleAccountCommands, sampleAccountEvents } from "./contract.ts";

const own = participant("sample_account", {
  commands: sampleAccountCommands,
  events: sampleAccountEvents,
});
const other = own;

/** Whenever `SampleAccountOpened` happens, then `AddSampleAccountEntry`. */
export const sampleReactionPolicy = policy({
  name: "sampleReaction",
  of: own,
  when: other.event("SampleAccountOpened"),
  then: ({ data }) => ({
    type: "AddSampleAccountEntry",
    data: { sampleAccountId: data.sampleAccountId, entryId: "entry-1", amount: 5 },
  }),
});
