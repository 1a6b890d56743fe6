import { column, type RowOf, view } from "@headwater/core";
import { type Page, readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { sampleAccountEvents } from "./contract.ts";

/** How much has happened to each sample account, and what came last. */
export const sampleTableView = view({
  name: "sample-table",
  version: 1,
  module: import.meta.url,
  reads: [sampleAccountEvents],
  columns: {
    stream: column.text(),
    events: column.integer(),
    lastType: column.text(),
    lastAt: column.text(),
    firstPosition: column.integer(),
  },
  primaryKey: "stream",
  indexes: [["firstPosition"]],
  // A list of keys where an event concerns several rows: `evolve` is given the key of each
  key: ({ stream }) => stream,
  evolve(row, { stream, type, recordedAt, position }) {
    return {
      stream,
      events: (row?.events ?? 0) + 1,
      lastType: type,
      lastAt: recordedAt,
      firstPosition: row?.firstPosition ?? position,
    };
  },
});

type SampleTableRow = RowOf<typeof sampleTableView>;

/** A page of rows, newest first. */
export async function sampleTablePage(sql: Sql, page: Page<SampleTableRow>) {
  const { rows, nextCursor } = await readPage(sql, {
    view: sampleTableView,
    newestFirst: "firstPosition",
    ...page,
  });
  return { items: rows.map(({ firstPosition: _, ...row }) => row), nextCursor };
}
