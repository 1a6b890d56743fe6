import { column, defineEvents, view } from "@headwater/core";
import { z } from "zod";

const line = z.strictObject({ sku: z.string(), quantity: z.int(), amount: z.int() });

export const dealEvents = defineEvents("deal", {
  /** Also again: for another day, or of other lines. */
  Agreed: z.strictObject({ day: z.string(), lines: z.array(line) }),
  Cancelled: z.strictObject({}),
  Forgotten: z.strictObject({}),
  /** All these deals, and this one, are moved to a day. */
  Postponed: z.strictObject({ day: z.string(), deals: z.array(z.string()) }),
});

export const dealDefinition = {
  name: "deals",
  version: 1,
  table: "deal",
  reads: [dealEvents],
  columns: {
    dealId: column.text(),
    day: column.text(),
    lines: column.json<readonly z.output<typeof line>[]>(),
    isCancelled: column.boolean(),
    lastRevision: column.integer(),
    changes: column.integer(),
  },
  primaryKey: "dealId",
} as const;

export const dealSums = {
  table: "deals_of_day",
  columns: {
    day: column.text(),
    sku: column.text(),
    isCancelled: column.boolean(),
    deals: column.integer(),
    quantity: column.integer(),
    amount: column.integer(),
  },
  key: ["day", "sku", "isCancelled"],
  indexes: [["sku", "day"]],
} as const;

/** A row that misses an event of its own or sees one twice gives itself away; and so do the sums. */
export const dealView = view({
  ...dealDefinition,
  module: import.meta.url,
  key({ stream, type, data }) {
    const own = stream.slice("deal-".length);
    return type === "Postponed" ? [own, ...data.deals] : own;
  },
  evolve(row, { type, data, stream, revision }, dealId) {
    const isOwn = stream === `deal-${dealId}`;
    if (isOwn && row && revision <= row.lastRevision) throw new Error("Cannot go back");
    const lastRevision = isOwn ? revision : row?.lastRevision ?? -1;
    const place = { dealId, lastRevision, changes: (row?.changes ?? 0) + 1 };
    switch (type) {
      case "Agreed":
        return { ...place, ...data, isCancelled: row?.isCancelled ?? false };
      case "Cancelled":
        return row && { ...row, ...place, isCancelled: true };
      case "Forgotten":
        return undefined;
      case "Postponed":
        return row && { ...row, ...place, day: data.day };
    }
  },
  sums: {
    ...dealSums,
    contributes: ({ day, lines, isCancelled }) =>
      lines.map(({ sku, quantity, amount }) => ({
        day,
        sku,
        isCancelled,
        deals: 1,
        quantity,
        amount: isCancelled ? 0 : amount,
      })),
  },
});
