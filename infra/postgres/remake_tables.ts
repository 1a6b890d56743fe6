import type { Sql } from "postgres";
import { type Migration, statementsOf } from "./migration.ts";
import { inTurn, literal } from "./migration_turn.ts";

/**
 * Makes tables anew that migrations name, where one of them is gone: dropped by hand, or left out of a copy. What one
 * migration names stands or falls together. Where all are there, it only looks.
 *
 * Gives those of the migrations that were applied once more, in their order.
 */
export async function remakeTables(
  sql: Sql,
  applied: readonly Migration[],
): Promise<readonly Migration[]> {
  const gone = await goneOf(sql, tablesOf(applied));
  if (gone.length === 0) return [];
  const lost = fallingWith(applied, gone);
  const areThere = gone.map((name) => `to_regclass(${literal(quoted(name))}) is not null`);
  const isRemade = await inTurn(sql, {
    unless: areThere.join(" and "),
    statements: [
      `drop table if exists ${tablesOf(lost).map(quoted).join(", ")} cascade`,
      ...lost.flatMap(statementsOf),
    ],
  });
  return isRemade ? lost : [];
}

async function goneOf(sql: Sql, tables: readonly string[]): Promise<readonly string[]> {
  if (tables.length === 0) return [];
  const rows = await sql<{ name: string }[]>`
    select name from json_array_elements_text(${JSON.stringify(tables)}::text::json) as name
    where to_regclass(quote_ident(name)) is null`;
  return rows.map(({ name }) => name);
}

function fallingWith(applied: readonly Migration[], gone: readonly string[]): readonly Migration[] {
  const fallen = new Set(gone);
  for (let before = 0; before < fallen.size;) {
    before = fallen.size;
    for (const { tables = [] } of applied) {
      if (tables.some((name) => fallen.has(name))) tables.forEach((name) => fallen.add(name));
    }
  }
  return applied.filter(({ tables = [] }) => tables.some((name) => fallen.has(name)));
}

function tablesOf(migrations: readonly Migration[]): readonly string[] {
  return [...new Set(migrations.flatMap(({ tables = [] }) => tables))];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
