import { type Application, look } from "@headwater/host";
import { orderTimeline } from "@shop/timeline";
import { z } from "zod";
import { palette } from "./palette.ts";
import { timelineLines } from "./report.ts";
import { write } from "./write.ts";

const usage = `Usage:
  ORDER [--json]    every event of an order, with what was done and undone
`;

const eventData = z.record(z.string(), z.unknown());

/** `deno task timeline ORDER`. Resolves to the exit code: 0 shown, 1 no such order, 2 not understood. */
export async function runTimeline(
  application: Application,
  args: readonly string[],
): Promise<number> {
  const isJson = args.includes("--json");
  const [orderId, ...rest] = args.filter((arg) => arg !== "--json");
  if (orderId === undefined || rest.length > 0 || orderId.startsWith("-")) {
    const isHelp = orderId === "--help";
    write(isHelp ? Deno.stdout : Deno.stderr, usage);
    return isHelp ? 0 : 2;
  }
  await using shop = await look(application);
  const database = shop.databases.find(({ service }) => service === "timeline");
  if (!database) throw new Error(`Cannot show order "${orderId}": no service keeps timelines`);
  const stored = await orderTimeline(database.sql, orderId);
  const items = stored.map((item) => ({ ...item, data: eventData.parse(item.data) }));
  if (items.length === 0) {
    write(Deno.stderr, `Cannot find a timeline of order "${orderId}"\n`);
    return 1;
  }
  const paint = palette({ colour: Deno.stdout.isTerminal() && !Deno.noColor });
  const lines = isJson ? [JSON.stringify({ items })] : timelineLines(items, paint);
  write(Deno.stdout, `${lines.join("\n")}\n`);
  return 0;
}
