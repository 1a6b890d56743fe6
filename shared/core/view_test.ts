import assert from "node:assert/strict";
import { z } from "zod";
import { column, defineEvents, type EventOf, type Recorded, type RowOf, view } from "./mod.ts";

const parcelEvents = defineEvents("parcel", {
  Posted: z.strictObject({ parcelId: z.string(), grams: z.int() }),
  Handed: z.strictObject({ parcelId: z.string() }),
});
const letterEvents = defineEvents("letter", { Lost: z.strictObject({ letterId: z.string() }) });

const columns = {
  parcelId: column.text(),
  status: column.text<"posted" | "handed">(),
  grams: column.integer().nullable(),
  fee: column.number(),
  isFragile: column.boolean(),
  labels: column.json<readonly string[]>(),
  postedAt: column.timestamp(),
};
const row = {
  parcelId: "p-1",
  status: "posted" as const,
  grams: null,
  fee: 1.5,
  isFragile: false,
  labels: ["a"],
  postedAt: "2026-01-01T00:00:00.000Z",
};
const base = {
  name: "posted-parcels",
  version: 1,
  reads: [parcelEvents, letterEvents],
  columns,
  primaryKey: "parcelId",
  key: () => undefined,
  evolve: () => undefined,
} as const;
const parcelView = view(base);

/** Hands back the text that would be SQL. */
const plain = { unsafe: (text: string) => text };

Deno.test("a view's queries name every column as rows do", () => {
  assert.equal(parcelView.table, "posted_parcels");
  assert.equal(parcelView.from(plain), '"posted_parcels"');
  const { parcelId, grams, postedAt } = columns;
  assert.equal(
    view({ ...base, table: "parcel", columns: { parcelId, grams, postedAt } }).select(plain),
    '"parcel"."parcel_id" as "parcelId", "parcel"."grams"::float8 as "grams", ' +
      `to_char("parcel"."posted_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "postedAt"`,
  );
});

Deno.test("the fingerprint is that of the table and of whose events are read", () => {
  const { parcelId, status, ...others } = columns;
  const same = [
    view({ ...base, version: 2, name: "parcels", table: "posted_parcels" }),
    view({ ...base, columns: { ...others, status, parcelId }, evolve: () => row }),
    view({ ...base, reads: [letterEvents, parcelEvents] }),
  ];
  for (const { fingerprint } of same) assert.equal(fingerprint, parcelView.fingerprint);
  const changed = [
    view({ ...base, table: "parcel" }),
    view({ ...base, columns: { ...columns, fee: column.integer() } }),
    view({ ...base, columns: { ...columns, fee: column.number().nullable() } }),
    view({ ...base, columns: { ...columns, more: column.text() } }),
    view({ ...base, primaryKey: "status" }),
    view({ ...base, indexes: [["status"]] }),
    view({ ...base, indexes: [["status", "postedAt"]] }),
    view({ ...base, indexes: [["postedAt", "status"]] }),
    view({ ...base, reads: [parcelEvents] }),
  ].map(({ fingerprint }) => fingerprint);
  assert.equal(new Set([parcelView.fingerprint, ...changed]).size, changed.length + 1);
});

Deno.test("a row passes that comes back from the table as it is", () => {
  parcelView.check(row);
  parcelView.check({ ...row, grams: Number.MAX_SAFE_INTEGER, labels: [] });
  parcelView.check({ ...row, parcelId: "𝄞", postedAt: "2028-02-29T23:59:59.999Z" });
});

Deno.test("a row that would come back as another is refused", () => {
  const withAny = view({ ...base, columns: { ...columns, labels: column.json() } });
  for (
    const [change, why] of [
      [{ status: "a\0b" }, '"status" has a zero character'],
      [{ status: "\ud800" }, '"status" has half a surrogate pair'],
      [{ status: undefined }, '"status" is no text'],
      [{ status: null }, '"status" is no text'],
      [{ grams: 1.5 }, '"grams" is no safe integer'],
      [{ grams: 2 ** 53 }, '"grams" is no safe integer'],
      [{ grams: undefined }, '"grams" is no safe integer'],
      [{ fee: NaN }, '"fee" is no finite number'],
      [{ fee: "1" }, '"fee" is no finite number'],
      [{ isFragile: "false" }, '"isFragile" is no boolean'],
      [{ postedAt: "2026-01-01T00:00:00Z" }, '"postedAt" is no time'],
      [{ postedAt: "2026-01-01T00:00:00.000+01" }, '"postedAt" is no time'],
      [{ postedAt: "2026-02-30T00:00:00.000Z" }, '"postedAt" is no time'],
      [{ postedAt: "2026-04-31T00:00:00.000Z" }, '"postedAt" is no time'],
      [{ postedAt: "2026-01-01T24:00:00.000Z" }, '"postedAt" is no time'],
      [{ postedAt: "0000-01-01T00:00:00.000Z" }, '"postedAt" is no time'],
      [{ labels: null }, '"labels" is null'],
      [{ labels: { of: [Infinity] } }, '"labels" has a number that is not finite'],
      [{ labels: [undefined] }, '"labels" has a value of type undefined'],
      [{ labels: [new Date()] }, '"labels" has an object of a class'],
      [{ labels: { of: "\0" } }, '"labels" has a zero character'],
      [{ colour: "red" }, '"colour" is no column'],
    ] as const
  ) {
    assert.throws(
      () => withAny.check({ ...row, ...change } as unknown as RowOf<typeof withAny>),
      (error: Error) =>
        error.message.startsWith(`Cannot keep row "p-1" of "posted-parcels": ${why}`),
    );
  }
});

Deno.test("text that no table keeps does not stop a view: the row has it as it can be kept", () => {
  const saidEvents = defineEvents("said", {
    Said: z.object({
      id: z.string(),
      words: z.string(),
      more: z.record(z.string(), z.array(z.string())),
    }),
  });
  const sayings = view({
    name: "sayings",
    version: 1,
    reads: [saidEvents],
    columns: {
      id: column.text(),
      words: column.text().nullable(),
      more: column.json<Readonly<Record<string, readonly string[]>>>(),
    },
    primaryKey: "id",
    key: ({ data }) => data.id,
    evolve: (row, { data }) => row ?? data,
  });
  const event: Recorded<EventOf<typeof saidEvents>> = {
    id: "e-1",
    stream: "said-1",
    revision: 0,
    position: 1,
    recordedAt: "2026-01-01T00:00:00.000Z",
    metadata: {
      $correlationId: "c",
      $causationId: "c",
      commandId: "c",
      commandHash: "h",
      schemaVersion: 1,
    },
    type: "Said",
    data: { id: "a\0", words: "b\ud800", more: { "c\0": ["\0", "d"] } },
  };
  const kept = sayings.evolve(undefined, event);
  assert.deepEqual(kept, { id: "a�", words: "b�", more: { "c�": ["�", "d"] } });
  assert.equal(sayings.key(event), "a�");
  sayings.check(kept!);
  assert.equal(sayings.evolve(kept, event), kept);
});

Deno.test("names that PostgreSQL would read as others are refused", () => {
  const long = "a".repeat(64);
  for (const table of ["Parcel", 'a"b', "", long]) {
    assert.throws(
      () => view({ ...base, table }),
      { message: /^Cannot define view "posted-parcels": its table/ },
    );
  }
  for (const name of ["parcel_id", "Id", 'a"b', "", `${"a".repeat(62)}B`]) {
    assert.throws(
      () => view({ ...base, columns: { ...columns, [name]: column.text() } }),
      { message: /^Cannot define view "posted-parcels": its column/ },
    );
  }
});

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
