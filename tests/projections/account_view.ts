import { column, defineEvents, view } from "@headwater/core";
import { z } from "zod";

export const accountEvents = defineEvents("account", {
  Deposited: z.strictObject({ amount: z.int() }),
  Renamed: z.strictObject({ label: z.string() }),
  Closed: z.strictObject({}),
});

export const accountDefinition = {
  name: "accounts",
  version: 1,
  table: "account",
  reads: [accountEvents],
  columns: {
    accountId: column.text(),
    balance: column.integer(),
    movements: column.integer(),
    label: column.text().nullable(),
    recent: column.json<readonly number[]>(),
    lastRevision: column.integer(),
    changedAt: column.timestamp(),
  },
  primaryKey: "accountId",
  indexes: [["balance"]],
} as const;

/** A row that misses an event or sees one twice gives itself away. */
export const accountView = view({
  ...accountDefinition,
  key: ({ stream }) => stream.slice("account-".length),
  evolve(row, event) {
    if (row && event.revision !== row.lastRevision + 1) {
      throw new Error(`Cannot go from revision ${row.lastRevision} to ${event.revision}`);
    }
    if (event.type === "Closed") return undefined;
    const before = row ?? {
      accountId: event.stream.slice("account-".length),
      balance: 0,
      movements: 0,
      label: null,
      recent: [],
    };
    const after = { ...before, lastRevision: event.revision, changedAt: event.recordedAt };
    if (event.type === "Renamed") return { ...after, label: event.data.label };
    const { amount } = event.data;
    return {
      ...after,
      balance: before.balance + amount,
      movements: before.movements + 1,
      recent: [amount, ...before.recent].slice(0, 3),
    };
  },
});
