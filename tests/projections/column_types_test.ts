import { column, defineEvents, view } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import postgres from "postgres";
import { z } from "zod";
import { append, caughtUp, projectionTests, pureFold, rebuilt, tableRows } from "./test_bed.ts";

/** One of each type that there is: another one is a type error here. */
const typed = {
  "text": column.text(),
  "bigint": column.integer(),
  "double precision": column.number(),
  "boolean": column.boolean(),
  "timestamp with time zone": column.timestamp(),
  "jsonb": column.json(),
} satisfies Record<column.ColumnType, unknown>;

const columns = {
  someText: typed.text,
  anInteger: typed.bigint,
  aNumber: typed["double precision"],
  isTrue: typed.boolean,
  at: typed["timestamp with time zone"],
  data: typed.jsonb,
  textOrNull: column.text().nullable(),
  integerOrNull: column.integer().nullable(),
  numberOrNull: column.number().nullable(),
  booleanOrNull: column.boolean().nullable(),
  timeOrNull: column.timestamp().nullable(),
  jsonOrNull: column.json().nullable(),
};

type Values = {
  readonly [Name in keyof typeof columns]: (typeof columns)[Name]["value"];
};

const sampleEvents = defineEvents("sample", {
  Taken: z.strictObject({ values: z.custom<Values>() }),
  Looked: z.strictObject({}),
});

const sampleView = view({
  name: "samples",
  version: 1,
  reads: [sampleEvents],
  columns: { ...columns, id: column.text(), looks: column.integer() },
  primaryKey: "id",
  indexes: [["someText", "at"]],
  key: ({ stream }) => stream,
  evolve(row, event) {
    if (event.type === "Looked") return row && { ...row, looks: row.looks + 1 };
    return { ...event.data.values, id: event.stream, looks: 0 };
  },
});

const awkward = ["", "NULL", "null", "{}", "\\", '"', "\\N", "a,b", "'", "�", "\t\n\r", "𝄞", " a "];
const anyText = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "")),
);
const anyInteger = fc.oneof(
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0),
  fc.maxSafeInteger(),
);
// 0 and -0 are one number in JSON.
const anyNumber = fc.oneof(
  fc.constantFrom(5e-324, Number.MAX_VALUE, 0.1, 1e21, -1e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
).map((value) => value + 0);
const anyTime = fc.oneof(
  fc.constantFrom("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
  fc.date({
    min: new Date("0001-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  }).map((date) => date.toISOString()),
);
const anyJson = fc.jsonValue({ stringUnit: "binary" })
  .filter((value) => value !== null && !JSON.stringify(value).includes("\\u0000"))
  .map((value): NonNullable<column.Json> => JSON.parse(JSON.stringify(value)));

const values: fc.Arbitrary<Values> = fc.record({
  someText: anyText,
  anInteger: anyInteger,
  aNumber: anyNumber,
  isTrue: fc.boolean(),
  at: anyTime,
  data: anyJson,
  textOrNull: fc.option(anyText),
  integerOrNull: fc.option(anyInteger),
  numberOrNull: fc.option(anyNumber),
  booleanOrNull: fc.option(fc.boolean()),
  timeOrNull: fc.option(anyTime),
  jsonOrNull: fc.option(anyJson),
}, { noNullPrototype: true });

projectionTests("every type of column", async (step) => {
  await step("brings rows back as they were folded", async ({ log, sql, url, start }) => {
    await using projections = await start([sampleView], { bulk: { from: 1 } });
    // With the settings that other programs would have
    // deno-lint-ignore headwater/postgres
    await using plain = disposable(postgres(url, { max: 1 }));
    let taken = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 20 }), async (samples) => {
        const streams: string[] = [];
        async function look() {
          for (const stream of streams) await append(log, stream, { type: "Looked", data: {} });
          await caughtUp(projections, { view: sampleView, log });
          const expected = await pureFold(sampleView, log);
          assert.deepEqual(await tableRows(sampleView, sql), expected);
          assert.deepEqual(await tableRows(sampleView, plain.sql), expected);
        }

        for (const values of samples) {
          const stream = `sample-${++taken}`;
          streams.push(stream);
          await append(log, stream, { type: "Taken", data: { values } });
        }
        await caughtUp(projections, { view: sampleView, log });
        // Now the rows that are folded on come out of the table.
        await look();
        await rebuilt(sql, sampleView);
        // Now they went there by the way of rows in bulk.
        await look();
      }),
      { numRuns: 25 },
    );
    assert.equal(projections.status()[0]?.cause, null);
  });
});

function disposable(sql: postgres.Sql) {
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }) };
}
