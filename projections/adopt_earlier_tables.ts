import type { View } from "@headwater/core";
import { literal, quoted, tablesOf } from "./table_definition.ts";

/**
 * Statements of PL/pgSQL that make the tables of a release that knew no generations the first generation of their view,
 * with all that is in them. Tables that were being filled are left behind.
 */
export function adoptEarlierTables(view: View): string {
  const name = literal(view.name);
  const tables = tablesOf(view, "__1");
  const isTable = ({ name }: { readonly name: string }) =>
    `exists (select from pg_class where oid = to_regclass(${
      literal(quoted(name))
    }) and relkind = 'r')`;
  const isSame = `version = ${view.version} and ${tables.map(isTable).join(" and ")}`;
  const unknown = JSON.stringify({ tables: [{ table: view.table, columns: {} }], reads: {} });
  return `
      if to_regclass('projection_checkpoint') is not null and ${isTable(tables[0]!)} then
        insert into projection_generation (
          name, generation, version, fingerprint, definition, status,
          position, mark, state, cause, since, caught_up, behind_since, updated_at
        )
        select ${name}, 1, version,
          case when ${isSame} then ${literal(view.fingerprint)} else '' end,
          case when ${isSame} then ${literal(JSON.stringify(view.definition))}
            else ${literal(unknown)} end::jsonb,
          'live', position, to_jsonb(earlier) ->> 'mark', state, cause, since,
          caught_up, behind_since, updated_at
        from projection_checkpoint as earlier where name = ${name} and not filling;
        if found then
          ${
    tables.map((table) => `
          if ${isTable(table)} then
            alter table ${quoted(table.name)} rename to ${quoted(table.physicalName)};
          end if;`).join("")
  }
        else
          drop table if exists ${tables.map(({ name }) => quoted(name)).join(", ")};
        end if;
        delete from projection_checkpoint where name = ${name};
      end if;`;
}
