import { newEvents } from "./new_events_test_bed.ts";
import { openEventLog } from "../log/open_event_log.ts";
import { slowDisk } from "./sqlite_test_bed.ts";

/**
 * A process of its own for tests: appends to the file it is given until it is killed, and prints the first id of each
 * append that was acknowledged.
 */
async function appendUntilKilled(path: string, disk: string | undefined): Promise<void> {
  await using log = openEventLog({ path, ...(disk === "slow" && { disk: slowDisk() }) });
  print("open");
  const ends = [-1, -1, -1];
  await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (;;) {
      const events = newEvents(2, { text: "x".repeat(500) });
      const end = ends[writer % 3]!;
      // The log takes appends in the order in which they are sent, so where this one will end is known already.
      ends[writer % 3] = end + events.length;
      await log.append(`order-${writer % 3}`, events, { expected: end === -1 ? "no-stream" : end });
      print(events[0]!.id);
    }
  }));
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await appendUntilKilled(Deno.args[0]!, Deno.args[1]);
