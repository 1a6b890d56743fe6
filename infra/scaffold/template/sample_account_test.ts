import { arbitraryOf, given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type SampleAccountCommand,
  sampleAccountCommands,
  sampleAccountEvents,
} from "./contract.ts";
import {
  sampleAccountCommandExamples as command,
  sampleAccountEventExamples as event,
} from "./examples.ts";
import { sampleAccount } from "./sample_account.ts";

const filled = [event.SampleAccountOpened, event.SampleAccountEntryAdded];

Deno.test("a sample account is opened once, under one title", () => {
  given(sampleAccount).when(command.OpenSampleAccount).yields(event.SampleAccountOpened);
  given(sampleAccount, event.SampleAccountOpened).when(command.OpenSampleAccount).yieldsNothing();
  const data = { ...command.OpenSampleAccount.data, title: "Another" };
  given(sampleAccount, event.SampleAccountOpened)
    .when({ type: "OpenSampleAccount", data }).isRefused("sample-account-exists");
});

Deno.test("a sample account gets an entry once", () => {
  given(sampleAccount, event.SampleAccountOpened)
    .when(command.AddSampleAccountEntry).yields(event.SampleAccountEntryAdded);
  given(sampleAccount, ...filled).when(command.AddSampleAccountEntry).yieldsNothing();
  const data = { ...command.AddSampleAccountEntry.data, amount: 6 };
  given(sampleAccount, ...filled)
    .when({ type: "AddSampleAccountEntry", data }).isRefused("sample-account-entry-exists");
});

Deno.test("no more is taken from a sample account than it holds", () => {
  const all = { ...command.AddSampleAccountEntry.data, entryId: "entry-2", amount: -5 };
  given(sampleAccount, ...filled).when({ type: "AddSampleAccountEntry", data: all })
    .yields({ type: "SampleAccountEntryAdded", data: all });
  given(sampleAccount, ...filled)
    .when({ type: "AddSampleAccountEntry", data: { ...all, amount: -6 } })
    .isRefused("sample-account-too-low");
});

Deno.test("a sample account is closed once, and gets no entry after that", () => {
  given(sampleAccount, ...filled).when(command.CloseSampleAccount)
    .yields(event.SampleAccountClosed);
  const closed = given(sampleAccount, event.SampleAccountOpened, event.SampleAccountClosed);
  closed.when(command.CloseSampleAccount).yieldsNothing();
  closed.when(command.AddSampleAccountEntry).isRefused("sample-account-closed");
});

Deno.test("nothing is asked of a sample account that was never opened", () => {
  for (const asked of [command.AddSampleAccountEntry, command.CloseSampleAccount]) {
    given(sampleAccount).when(asked).isRefused("sample-account-unknown");
  }
});

const entry = fc.record({
  entryId: fc.constantFrom("entry-1", "entry-2", "__proto__"),
  amount: arbitraryOf(sampleAccountCommands.AddSampleAccountEntry.shape.amount),
}).map((entry): SampleAccountCommand => ({
  type: "AddSampleAccountEntry",
  data: { ...command.AddSampleAccountEntry.data, ...entry },
}));
const commands = fc.array(fc.oneof(fc.constantFrom(...Object.values(command)), entry));

Deno.test("a sample account holds the sum of its entries and never less than nothing", () => {
  fc.assert(fc.property(commands, (asked) => {
    const { state, history } = runCommands(
      { decider: sampleAccount, events: sampleAccountEvents },
      {
        commands: asked,
      },
    );
    const entries = history.filter(({ type }) => type === "SampleAccountEntryAdded");
    const amounts = Object.values(state.entries);
    assert.equal(amounts.length, entries.length);
    assert.equal(state.balance, amounts.reduce((sum, amount) => sum + amount, 0));
    assert.ok(state.balance >= 0);
  }));
});
