import assert from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { withFile } from "../testing/sqlite_test_bed.ts";
import { openEventLog } from "./open_event_log.ts";
import { OpenedFiles } from "./opened_files.ts";

Deno.test("a file that was removed is missing for good, once it was looked", () =>
  withFile(async (path) => {
    await Deno.writeTextFile(path, "");
    let now = 0;
    const files = new OpenedFiles([path], () => now);
    assert.equal(files.missing(), undefined);
    await Deno.remove(path);
    assert.equal(files.missing(), undefined);
    now = 1_000;
    assert.equal(files.missing(), path);
    await Deno.writeTextFile(path, "");
    now = 2_000;
    assert.equal(files.missing(), path);
  }));

for (const which of ["", "-wal"]) {
  Deno.test({
    name: `a log whose ${which || "main"} file was removed takes nothing more, and says why`,
    // An open file cannot be removed there
    ignore: Deno.build.os === "windows",
    fn: () =>
      withFile(async (path) => {
        await using log = openEventLog({ path });
        const append = () =>
          log.append(`order-${crypto.randomUUID()}`, newEvents(1), { expected: "no-stream" });
        await append();
        await Deno.remove(`${path}${which}`);
        await eventually("its being noticed", () => append().then(() => false, () => true));
        for (const asked of [append, () => log.head()]) {
          await assert.rejects(asked, (error) => {
            assert.ok(error instanceof Unavailable);
            assert.equal(error.code, "event-log-removed");
            assert.match(error.message, /: somebody has removed ".*events\.db(-wal)?" while it/);
            return true;
          });
        }
      }),
  });
}
