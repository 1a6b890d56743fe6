import { AppendTwin, type TwinAppend } from "./append_twin.ts";
import { orderHistory } from "./order_history.ts";

const eventsPerWrite = 1_000;

/** Writes a history of orders to a new log, by the bare driver; under another category than `order` nobody reads it. */
export async function writeHistory(
  path: string,
  { events, category = "order" }: { readonly events: number; readonly category?: string },
): Promise<void> {
  using log = new AppendTwin(path);
  let appends: TwinAppend[] = [];
  for (const { stream, event } of orderHistory({ events })) {
    appends.push({ stream: category + stream.slice(stream.indexOf("-")), events: [event] });
    if (appends.length < eventsPerWrite) continue;
    log.write(appends);
    appends = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  log.write(appends);
}
