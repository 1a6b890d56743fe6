import { z } from "zod";
import { type CommandOf, defineEvents, type EventOf, field } from "@headwater/core";

/** Of whatever is counted; negative: taken away. */
const amount = z.int().min(-1_000_000).max(1_000_000);

const opening = { sampleAccountId: field.id, title: field.text(200) };
const entry = { sampleAccountId: field.id, entryId: field.id, amount };

export const sampleAccountEvents = defineEvents("sampleAccount", {
  SampleAccountOpened: z.object(opening),
  SampleAccountEntryAdded: z.object(entry),
  SampleAccountClosed: z.object({ sampleAccountId: field.id }),
});
export type SampleAccountEvent = EventOf<typeof sampleAccountEvents>;

export const sampleAccountCommands = {
  OpenSampleAccount: z.strictObject(opening),
  /** Once for each `entryId`. */
  AddSampleAccountEntry: z.strictObject(entry),
  CloseSampleAccount: z.strictObject({ sampleAccountId: field.id }),
};
export type SampleAccountCommand = CommandOf<typeof sampleAccountCommands>;
