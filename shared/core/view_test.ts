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
    view({ ...base, search: { columns: ["status"], language: "english" } }),
    view({ ...base, search: { columns: ["status"], language: "simple" } }),
    view({ ...base, search: { columns: ["status", "parcelId"], language: "simple" } }),
  ].map(({ fingerprint }) => fingerprint);
  assert.equal(new Set([parcelView.fingerprint, ...changed]).size, changed.length + 1);
});

Deno.test("a view says by which words its rows are found, as its table is called", () => {
  const label = column.text().nullable();
  const { search } = view({
    ...base,
    columns: { ...columns, label },
    search: { columns: ["parcelId", "label"], language: "german" },
  });
  assert.equal(
    search?.document(plain),
    `to_tsvector('pg_catalog.german'::regconfig, left("posted_parcels"."parcel_id" || ' ' || ` +
      `coalesce("posted_parcels"."label", ''), 50000))`,
  );
  assert.match(search!.document(plain, "posted_parcels__7"), /"posted_parcels__7"\."label"/);
  assert.equal(parcelView.search, undefined);
});

Deno.test("what is searched is text, in a language", () => {
  const searching = (columns: readonly (keyof typeof row)[], language = "english") => () =>
    view({ ...base, search: { columns, language } });
  assert.throws(searching(["fee"]), /searches "fee", which is no text/);
  assert.throws(searching([]), /searches nothing/);
  assert.throws(searching(["status"], "en'; drop"), /no language of a search/);
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
  const kept = sayings.evolve(undefined, event, "a�");
  assert.deepEqual(kept, { id: "a�", words: "b�", more: { "c�": ["�", "d"] } });
  assert.equal(sayings.key(event), "a�");
  sayings.check(kept!);
  assert.equal(sayings.evolve(kept, event, "a�"), kept);
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

const example = { type: "Handed", data: { parcelId: "p-1" } } as const;
const recorded: Recorded<EventOf<typeof parcelEvents>> = {
  ...example,
  id: "e-1",
  stream: "parcel-p-1",
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
};

Deno.test("an event may concern one row, several or none, each once", () => {
  for (
    const [key, keys] of [
      [undefined, []],
      ["a\0", ["a�"]],
      [["a"], ["a"]],
      [[], []],
      [["b", "a\0", "b", "a�"], ["b", "a�"]],
    ] as const
  ) {
    const found = view({ ...base, key: () => key });
    assert.deepEqual(found.keys(recorded), keys);
  }
  assert.deepEqual(view({ ...base, key: () => ["a\0", "b"] }).key(recorded), ["a�", "b"]);
});

Deno.test("a row is kept under the key that its event has", () => {
  const { parcelId } = columns;
  const copying = view({
    ...base,
    columns: { parcelId },
    key: () => ["p-1", "p-2"],
    evolve: (_row, { data }) => "parcelId" in data ? { parcelId: data.parcelId } : undefined,
  });
  assert.deepEqual(copying.evolve(undefined, recorded, "p-1"), { parcelId: "p-1" });
  assert.throws(() => copying.evolve(undefined, recorded, "p-2"), {
    message: 'Cannot keep row "p-1" of "posted-parcels": its event has the key "p-2"',
  });
});
