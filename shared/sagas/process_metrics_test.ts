import { machine } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

const behind = /headwater_saga_behind_seconds{saga="running"} (.*)\n/;

Deno.test("it is seen how many instances a process has, and whether it hears", async () => {
  await using bed = new ProcessTestBed();
  const meter = machine.prometheusMeter();
  const answer = Promise.withResolvers<void>();
  bed.messenger = async ({ type, errandId }) => {
    if (type === "RunErrand") await answer.promise;
    return await bed.does(type, errandId);
  };
  const runtime = bed.start({ records: memoryRecords(), meter });
  await bed.append("ErrandGiven", "milk");
  const says = async (line: string) => (await meter.page()).includes(`${line}\n`);
  const running = 'headwater_saga_instances{saga="running",state="running"}';
  await eventually("the instance", () => says(`${running} 1`));
  await eventually(
    "it to have heard all",
    () => says('headwater_saga_behind_seconds{saga="running"} 0'),
  );
  assert.ok(await says('headwater_saga_oldest_age_seconds{saga="running",state="running"} 1'));
  assert.ok(await says('headwater_saga_instances{saga="running",state="stuck"} 0'));
  answer.resolve();
  await eventually("the instance to be struck off", () => says(`${running} 0`));
  await runtime[Symbol.asyncDispose]();
  assert.doesNotMatch(await meter.page(), behind);
});

Deno.test("a process that cannot hear the log is behind, by the time since it could", async () => {
  await using bed = new ProcessTestBed();
  const meter = machine.prometheusMeter();
  let tries = 0;
  bed.start({
    meter,
    log: bed.replacing({
      // deno-lint-ignore require-yield -- it fails before
      async *subscribe() {
        tries++;
        throw new Error("away");
      },
    }),
  });
  await eventually("a try", () => tries > 0);
  await bed.clock.advance(30_000);
  const [, seconds] = (await meter.page()).match(behind) ?? [];
  assert.equal(Number(seconds), 30);
});
