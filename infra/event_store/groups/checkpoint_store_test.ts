import assert from "node:assert/strict";
import {
  persistentSubscriptionToAllSettingsFromDefaults,
  START,
  streamNameFilter,
} from "@eventstore/db-client";
import { eventually } from "@headwater/testing";
import { type GroupTestBed, groupTestBed, settings, typesOf } from "../testing/group_test_bed.ts";
import { withFile } from "../testing/sqlite_test_bed.ts";

const stream = "order-1";
const eager = persistentSubscriptionToAllSettingsFromDefaults({
  startFrom: START,
  checkPointUpperBound: 1,
});

/** What the stream's group and that of the whole log get; all of it is acknowledged, and noted. */
async function consume(bed: GroupTestBed, count: number): Promise<(string | undefined)[][]> {
  const { client } = bed;
  await using ofStream = bed.consume("group", { stream });
  const own = await ofStream.take(count);
  await ofStream.ack(own);
  await using ofAll = bed.consume("group");
  const all = await ofAll.take(count);
  await ofAll.ack(all);
  await eventually("both checkpoints", async () => {
    const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
    const { stats: whole } = await client.getPersistentSubscriptionToAllInfo("group");
    return stats.lastCheckpointedEventRevision === own.at(-1)!.event!.revision &&
      (whole.lastCheckpointedEventPosition?.commit ?? 0n) >= all.at(-1)!.commitPosition!;
  });
  return [typesOf(own), typesOf(all)];
}

// A group's checkpoint is an event of the log that it speaks of: it cannot outlive it
Deno.test("In an older copy that was put back groups go on where they were in that copy", () =>
  withFile(async (path) => {
    {
      await using bed = await groupTestBed(path);
      await bed.client.createPersistentSubscriptionToStream(stream, "group", settings());
      await bed.client.createPersistentSubscriptionToAll("group", eager, {
        filter: streamNameFilter({ prefixes: ["order-"] }),
      });
      await bed.append(stream, "A", "B");
      assert.deepEqual(await consume(bed, 2), [["A", "B"], ["A", "B"]]);
    }
    await Deno.copyFile(path, `${path}.copy`);
    {
      await using bed = await groupTestBed(path);
      await bed.append(stream, ..."CDEFGH");
      assert.deepEqual(await consume(bed, 6), [[..."CDEFGH"], [..."CDEFGH"]]);
    }
    await Deno.rename(`${path}.copy`, path);
    await using bed = await groupTestBed(path);
    await bed.append(stream, ..."TUVWXYZ");
    assert.deepEqual(await consume(bed, 7), [[..."TUVWXYZ"], [..."TUVWXYZ"]]);
  }));
