import { column, defineEvents, view } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import type { Row } from "./row_changes.ts";
import { SumChanges } from "./sum_changes.ts";

const most = Number.MAX_SAFE_INTEGER;

const parcels = view({
  name: "parcels",
  version: 1,
  reads: [defineEvents("parcel", { Posted: z.object({}) })],
  columns: { id: column.text(), parts: column.json<readonly Part[]>() },
  primaryKey: "id",
  key: () => undefined,
  evolve: () => undefined,
  sums: {
    table: "parcel_weight",
    columns: {
      day: column.text(),
      isUrgent: column.boolean(),
      parcels: column.integer(),
      grams: column.integer(),
    },
    key: ["day", "isUrgent"],
    contributes: ({ parts }) => parts.map((part) => ({ ...part, parcels: 1 })),
  },
});
type Part = { readonly day: string; readonly isUrgent: boolean; readonly grams: number };

const monday = { day: "mon", isUrgent: false };
const urgent = { day: "mon", isUrgent: true };
const tuesday = { day: "tue", isUrgent: false };

function parcel(...parts: readonly Part[]): Row {
  return { id: "p", parts };
}

function changes(): SumChanges {
  return new SumChanges(parcels.sums);
}

Deno.test("what rows contribute is summed by key, also several times by one row", () => {
  const sums = changes();
  sums.add(parcel({ ...monday, grams: 5 }, { ...monday, grams: 7 }, { ...urgent, grams: 1 }));
  sums.add(parcel({ ...monday, grams: -20 }));
  assert.deepEqual(sums.outstanding(), [
    { ...monday, parcels: 3, grams: -8 },
    { ...urgent, parcels: 1, grams: 1 },
  ]);
});

Deno.test("a row that moves takes what it contributed along", () => {
  const sums = changes();
  sums.subtract(parcel({ ...monday, grams: 5 }));
  sums.add(parcel({ ...tuesday, grams: 6 }));
  assert.deepEqual(sums.outstanding(), [
    { ...monday, parcels: -1, grams: -5 },
    { ...tuesday, parcels: 1, grams: 6 },
  ]);
});

Deno.test("what comes to nothing is no change", () => {
  const sums = changes();
  sums.subtract(parcel({ ...monday, grams: 5 }, { ...tuesday, grams: 0 }));
  sums.add(parcel({ ...monday, grams: 5 }, { ...urgent, grams: 0 }));
  assert.deepEqual(sums.outstanding(), [
    { ...tuesday, parcels: -1, grams: 0 },
    { ...urgent, parcels: 1, grams: 0 },
  ]);
});

Deno.test("a change is exact, however large the sum was on the way", () => {
  const grams = fc.constantFrom(most, most - 1, -most, 3, 1, 0);
  fc.assert(fc.property(fc.array(fc.tuple(grams, fc.boolean())), (parts) => {
    const sums = changes();
    let exact = 0n;
    for (const [grams, isNew] of parts) {
      if (isNew) sums.add(parcel({ ...monday, grams }));
      else sums.subtract(parcel({ ...monday, grams }));
      exact += BigInt(isNew ? grams : -grams);
    }
    const count = parts.reduce((sum, [, isNew]) => sum + (isNew ? 1 : -1), 0);
    const [found = { parcels: 0, grams: 0 }] = sums.outstanding();
    assert.deepEqual([BigInt(found.parcels), BigInt(found.grams)], [BigInt(count), exact]);
  }));
});
