import { heard, recordedExample } from "@headwater/testing";
import assert from "node:assert/strict";
import { sampleReactionPolicy } from "./sample_reaction_policy.ts";

const happened = recordedExample({
  type: "SampleAccountOpened",
  data: { sampleAccountId: "sample-account-1", title: "The first" },
});

Deno.test("SampleAccountOpened leads to one AddSampleAccountEntry, which is outstanding until it is taken", () => {
  const { outstanding, finished } = heard(sampleReactionPolicy, happened);
  assert.deepEqual(outstanding.map(({ service, command }) => [service, command.type]), [
    ["sample_account", "AddSampleAccountEntry"],
  ]);
  assert.equal(finished, false);
});

Deno.test("other events lead to nothing", () => {
  const { events, finished } = heard(sampleReactionPolicy, { ...happened, type: "Other" });
  assert.deepEqual([events, finished], [[], true]);
});
