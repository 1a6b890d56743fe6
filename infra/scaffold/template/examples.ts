import type { SampleAccountCommand, SampleAccountEvent } from "./contract.ts";

const sampleAccountId = "sample-account-1";
const opening = { sampleAccountId, title: "The first" };
const entry = { sampleAccountId, entryId: "entry-1", amount: 5 };

/** One valid example of every event; they are all of the same sample account. */
export const sampleAccountEventExamples: {
  readonly [Type in SampleAccountEvent["type"]]: Extract<SampleAccountEvent, { type: Type }>;
} = {
  SampleAccountOpened: { type: "SampleAccountOpened", data: opening },
  SampleAccountEntryAdded: { type: "SampleAccountEntryAdded", data: entry },
  SampleAccountClosed: { type: "SampleAccountClosed", data: { sampleAccountId } },
};

/** One valid example of every command, to the same sample account. */
export const sampleAccountCommandExamples: {
  readonly [Type in SampleAccountCommand["type"]]: Extract<SampleAccountCommand, { type: Type }>;
} = {
  OpenSampleAccount: { type: "OpenSampleAccount", data: opening },
  AddSampleAccountEntry: { type: "AddSampleAccountEntry", data: entry },
  CloseSampleAccount: { type: "CloseSampleAccount", data: { sampleAccountId } },
};
