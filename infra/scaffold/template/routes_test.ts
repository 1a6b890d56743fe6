import { openInMemory } from "@headwater/host/testing";
import assert from "node:assert/strict";
import { sampleAccountCommandExamples as command } from "./examples.ts";
import { sampleAccountService } from "./mod.ts";

const { sampleAccountId, ...entry } = command.AddSampleAccountEntry.data;
const path = "/api/sample-account";

Deno.test("a client opens a sample account, adds an entry and closes it", async () => {
  const { log, post } = openInMemory(sampleAccountService);
  const opened = await post(path, command.OpenSampleAccount.data);
  assert.equal(opened.status, 202);
  assert.deepEqual(await opened.json(), { sampleAccountId, revision: 0 });
  assert.equal(opened.headers.get("Location"), `${path}/${sampleAccountId}`);
  const added = await post(`${path}/${sampleAccountId}/entries`, entry);
  assert.deepEqual(await added.json(), { sampleAccountId, revision: 1 });
  const closed = await post(`${path}/${sampleAccountId}/close`);
  assert.deepEqual(await closed.json(), { sampleAccountId, revision: 2 });
  assert.deepEqual(log.recorded.map(({ stream, type }) => [stream, type]), [
    ["sampleAccount-sample-account-1", "SampleAccountOpened"],
    ["sampleAccount-sample-account-1", "SampleAccountEntryAdded"],
    ["sampleAccount-sample-account-1", "SampleAccountClosed"],
  ]);
});

Deno.test("what is wrong in a request about a sample account is said where it is", async () => {
  const { log, post } = openInMemory(sampleAccountService);
  const untitled = await post(path, { sampleAccountId, title: " " });
  assert.equal(untitled.status, 400);
  assert.equal((await untitled.json()).errors[0].path, "title");
  const unknown = await post(`${path}/${sampleAccountId}/entries`, entry);
  assert.equal((await unknown.json()).code, "sample-account-unknown");
  assert.deepEqual(log.recorded, []);
});
