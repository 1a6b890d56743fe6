import { defineEvents, type EventOf, type Recorded, type View } from "@headwater/core";
import { z } from "zod";

export const accountEvents = defineEvents("account", {
  Deposited: z.strictObject({ amount: z.int() }),
  Renamed: z.strictObject({ label: z.string() }),
  Closed: z.strictObject({}),
});

export type AccountEvent = EventOf<typeof accountEvents>;

export type AccountRow = {
  account_id: string;
  balance: number;
  movements: number;
  label: string | null;
  recent: number[];
  last_revision: number;
  changed_at: string;
};

/** Rows of every kind of column; a row that misses an event or sees one twice gives itself away. */
export const accountView: View<AccountRow, AccountEvent> = {
  name: "accounts",
  version: 1,
  table: "account",
  columns: `
    account_id text primary key,
    balance bigint not null,
    movements integer not null,
    label text,
    recent jsonb not null,
    last_revision bigint not null,
    changed_at timestamptz not null`,
  indexes: ["create index if not exists account_balance on account (balance)"],
  keyColumn: "account_id",
  reads: [accountEvents],
  key: ({ stream }) => stream.slice("account-".length),
  evolve,
};

function evolve(row: AccountRow | undefined, event: Recorded<AccountEvent>) {
  if (row && event.revision !== row.last_revision + 1) {
    throw new Error(`Cannot go from revision ${row.last_revision} to ${event.revision}`);
  }
  if (event.type === "Closed") return undefined;
  const before = row ?? {
    account_id: event.stream.slice("account-".length),
    balance: 0,
    movements: 0,
    label: null,
    recent: [],
  };
  const after = { ...before, last_revision: event.revision, changed_at: event.recordedAt };
  if (event.type === "Renamed") return { ...after, label: event.data.label };
  const { amount } = event.data;
  return {
    ...after,
    balance: before.balance + amount,
    movements: before.movements + 1,
    recent: [amount, ...before.recent].slice(0, 3),
  };
}
