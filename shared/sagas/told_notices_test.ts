import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { waitingProcess as process } from "./testing/waiting_process.ts";

Deno.test("while nobody's time has come, one question is asked at a time", async () => {
  await using bed = new ProcessTestBed();
  const inner = memoryRecords();
  const asked: string[] = [];
  const records = {
    ...inner,
    news(...given: Parameters<typeof inner.news>) {
      asked.push("news");
      return inner.news(...given);
    },
    due(...given: Parameters<typeof inner.due>) {
      asked.push("due");
      return inner.due(...given);
    },
  };
  bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => inner.standing.get("milk")?.dueAt !== undefined);
  asked.length = 0;
  for (let looks = 1; looks <= 10; looks++) {
    await bed.clock.advance(500);
    await eventually("the next look", () => asked.length >= looks);
  }
  assert.deepEqual(asked, Array.from({ length: 10 }, () => "news"));
});
