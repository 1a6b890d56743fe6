import { AggregateStore } from "../aggregate_store.ts";
import type { Recorded } from "../event.ts";
import type { EventLog } from "../event_log.ts";
import { type CommandContext, handleCommand } from "../handle_command.ts";
import { memoryLog } from "../memory_log.ts";
import { stockItem, type StockItemCommand, stockItemEvents } from "./stock_item.ts";

export const correlationId = "correlation-1";

export function open() {
  return memoryLog();
}

export function storeOn(log: EventLog, decider = stockItem) {
  return new AggregateStore({ log, decider, events: stockItemEvents });
}

export type Store = ReturnType<typeof storeOn>;

export function receive(quantity: number): StockItemCommand {
  return { type: "ReceiveStock", data: { sku: "SKU1", quantity } };
}

export function reserve(orderId: string, quantity = 1): StockItemCommand {
  return { type: "ReserveStock", data: { sku: "SKU1", orderId, quantity } };
}

/** Without losing time between tries. */
export function handle(
  store: Store,
  command: StockItemCommand,
  context: Partial<CommandContext> = {},
) {
  return handleCommand(store, {
    id: "SKU1",
    command,
    context: { commandId: crypto.randomUUID(), correlationId, ...context },
    random: () => 0,
  });
}

export async function stored(log: EventLog, stream = "stockItem-SKU1"): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const page of log.read(stream)) events.push(...page);
  return events;
}

/** The log, with something to do before each append. */
export function beforeAppend(log: EventLog, act: () => Promise<void>): EventLog {
  return {
    append: async (...args) => {
      await act();
      return await log.append(...args);
    },
    read: (...args) => log.read(...args),
    readAll: (...args) => log.readAll(...args),
    subscribe: (...args) => log.subscribe(...args),
    head: () => log.head(),
    identity: () => log.identity(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
