import { openSqliteLog } from "./sqlite.ts";

/**
 * A process of its own for tests: appends to the file it is given until it is killed, and prints the id of each event
 * that was acknowledged.
 */
async function appendUntilKilled(path: string): Promise<void> {
  await using log = openSqliteLog({ path });
  print("open");
  await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (;;) {
      const id = crypto.randomUUID();
      await log.append(`order-${writer % 3}`, [exampleEvent(id), exampleEvent()], {
        expected: "any",
      });
      print(id);
    }
  }));
}

function exampleEvent(id: string = crypto.randomUUID()) {
  const metadata = {
    $correlationId: id,
    $causationId: id,
    commandId: id,
    commandHash: "hash",
    schemaVersion: 1,
  };
  return { id, type: "OrderPlaced", data: { text: "x".repeat(500) }, metadata };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await appendUntilKilled(Deno.args[0]!);
