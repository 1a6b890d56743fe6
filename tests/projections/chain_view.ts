import { column, view } from "@headwater/core";
import { accountEvents } from "./account_view.ts";

/** Below 2^31: a step of it is exact. */
const modulus = 1_000_003;

/** What a chain is after one more position: another one for each sequence. */
function chained(chain: number, position: number): number {
  return (chain * 31 + position) % modulus;
}

/**
 * Each event once per key, in order: or the chain is another one. What is read of it only grows, and its sums tell at any
 * moment how many events its rows have: or two generations were mixed.
 */
export const chainView = view({
  name: "chains",
  version: 1,
  reads: [accountEvents],
  columns: { accountId: column.text(), events: column.integer(), chain: column.integer() },
  primaryKey: "accountId",
  key: ({ stream }) => stream.slice("account-".length),
  evolve: (row, { position }, accountId) => ({
    accountId,
    events: (row?.events ?? 0) + 1,
    chain: chained(row?.chain ?? 0, position),
  }),
  sums: {
    table: "chain_total",
    columns: { bucket: column.text(), events: column.integer() },
    key: ["bucket"],
    contributes: ({ accountId, events }) => [{ bucket: accountId.slice(-1), events }],
  },
});
