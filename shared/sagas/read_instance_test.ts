import { eventually } from "@headwater/testing";
import { deepEqual, equal } from "node:assert/strict";
import { readInstance } from "./read_instance.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { giveUpMs, remindMs, waitingProcess as process } from "./testing/waiting_process.ts";

Deno.test("no input is looked for of what an instance was told that is no event", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = () => new Response(null, { status: 202 });
  bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => records.instances.has("milk"));
  await bed.clock.advance(remindMs + 1_000);
  await bed.clock.advance(giveUpMs + 1_000);
  await eventually("its being stuck", () => records.instances.get("milk")?.state === "stuck");
  let looks = 0;
  const log = bed.replacing({
    readAll(options) {
      looks++;
      return bed.log.readAll(options);
    },
  });
  const { signal } = new AbortController();
  const { own, heard } = await readInstance({ process, id: "milk" }, { log, signal });
  deepEqual(own.map(({ type }) => type), ["Begun", "Reminded", "GivenUp"]);
  deepEqual([...heard.values()].map(({ type }) => type), ["ErrandGiven"]);
  equal(looks, 1);
});
