import { EventStoreDBClient, FORWARDS, START } from "@eventstore/db-client";
import { type ProjectionWork, type ProjectionWorked, worked } from "./projection_work.ts";

/** The published client by itself: it reads the whole log in the quickest way that it has, and does nothing with it. */
async function read({ log, events }: ProjectionWork): Promise<ProjectionWorked> {
  const client = EventStoreDBClient.connectionString(log);
  try {
    return await worked(events, async () => {
      let count = 0;
      const all = client.readAll({
        fromPosition: START,
        direction: FORWARDS,
        maxCount: events * 2,
      });
      for await (const { event } of all) if (event && !event.type.startsWith("$")) count++;
      if (count < events) throw new Error(`Too few events: ${count}`);
    });
  } finally {
    await client.dispose();
  }
}

if (import.meta.main) {
  const done = await read(JSON.parse(Deno.args[0]!));
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(done)}\n`));
}
