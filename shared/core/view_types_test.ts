import assert from "node:assert/strict";
import { z } from "zod";
import { column, defineEvents, type RowOf, view } from "./mod.ts";

const parcelEvents = defineEvents("parcel", {
  Posted: z.strictObject({ parcelId: z.string(), grams: z.int() }),
  Handed: z.strictObject({ parcelId: z.string() }),
});
const letterEvents = defineEvents("letter", { Lost: z.strictObject({ letterId: z.string() }) });

const columns = {
  parcelId: column.text(),
  status: column.text<"posted" | "handed">(),
  grams: column.integer().nullable(),
};

Deno.test("types: rows and events follow from columns and contracts", () => {
  const { parcelId, status, grams } = columns;
  const shape = {
    name: "parcels",
    version: 1,
    reads: [parcelEvents, letterEvents],
    columns: { parcelId, status, grams },
    primaryKey: "parcelId",
  } as const;

  const right = view({
    ...shape,
    indexes: [["status", "grams"]],
    key: ({ data }) => "parcelId" in data ? data.parcelId : undefined,
    evolve(row, event) {
      switch (event.type) {
        case "Posted":
          return { ...event.data, status: "posted" };
        case "Handed":
          return row && { ...row, status: "handed" };
        case "Lost":
          return row;
      }
    },
  });
  const typed: RowOf<typeof right> = { parcelId: "p-1", status: "posted", grams: null };
  right.check(typed);
  // @ts-expect-error -- not one of the column's values
  const unknownStatus: RowOf<typeof right> = { ...typed, status: "lost" };
  // @ts-expect-error -- not nullable
  const nullStatus: RowOf<typeof right> = { ...typed, status: null };
  // @ts-expect-error -- rows are never changed in place
  typed.status = "handed";
  void [unknownStatus, nullStatus];

  view({
    ...shape,
    // @ts-expect-error -- one of the events has no such data
    key: ({ data }) => data.parcelId,
    evolve: () => undefined,
  });
  view({
    ...shape,
    // @ts-expect-error -- a key is text
    key: () => 1,
    evolve: () => undefined,
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- a category that is not read has no such event
    evolve: (row, { type }) => type === "Delivered" ? undefined : row,
  });
  view({
    ...shape,
    reads: [parcelEvents],
    key: () => undefined,
    // @ts-expect-error -- its contract is not read
    evolve: (row, { type }) => type === "Lost" ? undefined : row,
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- an event has no case, and would take the row away without a word
    evolve(row, event) {
      switch (event.type) {
        case "Posted":
        case "Handed":
          return row;
      }
    },
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- a column is missing
    evolve: () => ({ parcelId: "p-1", grams: 1 }),
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- a column of another type
    evolve: (row) => row && { ...row, grams: "heavy" },
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- a value that the column does not have
    evolve: (row) => row && { ...row, status: "lost" },
  });
  view({
    ...shape,
    key: () => undefined,
    // @ts-expect-error -- rows have no such column
    evolve: (row) => row && row.colour === "red" ? row : undefined,
  });
  const inert = { key: () => undefined, evolve: () => undefined };
  // @ts-expect-error -- no column
  view({ ...shape, ...inert, primaryKey: "id" });
  // @ts-expect-error -- keys are text
  view({ ...shape, ...inert, primaryKey: "grams" });
  // @ts-expect-error -- no column
  view({ ...shape, ...inert, indexes: [["status", "colour"]] });
  // @ts-expect-error -- a type that is not on the list cannot be written down
  view({ ...shape, ...inert, columns: { parcelId, grams: { type: "real", isNullable: false } } });
  const laxColumn = () =>
    // @ts-expect-error -- nor can one that takes what does not come back
    new column.Column("text", { objection: () => undefined });
  assert.throws(laxColumn);
  // @ts-expect-error -- a list of categories, not of names
  view({ ...shape, ...inert, reads: ["parcel"] });
  // @ts-expect-error -- JSON has no times
  column.json<{ at: Date }>();
  // @ts-expect-error -- null in JSON is the column's null
  column.json<string | null>();
  // @ts-expect-error -- text is text
  column.text<number>();
  const nullable: column.Column<string | null, "text"> = column.text().nullable();
  assert.ok(nullable.isNullable);
});
