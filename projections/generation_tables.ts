import type { View } from "@headwater/core";
import { literal } from "./table_definition.ts";

/**
 * Statements of PL/pgSQL for each table of a generation, which is a record of that name: in it, `named.name` is what
 * queries call the table and `named.physical` what it is. Asks for `named record` among the declarations.
 */
function forEachTable(generation: string, statements: string): string {
  return `
      for named in
        select shape ->> 'table' as name, (shape ->> 'table') || '__' || ${generation}.generation as physical
        from jsonb_array_elements(${generation}.definition -> 'tables') as shape
      loop
        ${statements}
      end loop;`;
}

/**
 * Statements of PL/pgSQL that make the names of a read model's tables lead to those of a generation: SQL views, so that
 * nothing has to be renamed and what people have built on a name stays. Where the columns are others a name is made
 * anew, which fails with 2BP01 while something is built on it. Waits for those who read.
 */
export function leadTo(generation: string): string {
  return forEachTable(
    generation,
    `
        begin
          execute format('create or replace view %I as select * from %I', named.name, named.physical);
        exception when invalid_table_definition then
          execute format('drop view %I', named.name);
          execute format('create view %I as select * from %I', named.name, named.physical);
        end;`,
  );
}

/** Statements of PL/pgSQL that take the names away which one generation has and another has not. */
export function takeNames(
  { of, unless }: { readonly of: string; readonly unless: string },
): string {
  return forEachTable(
    of,
    `
        if not exists (
          select from jsonb_array_elements(${unless}.definition -> 'tables') as shape
          where shape ->> 'table' = named.name
        ) then
          execute format('drop view if exists %I', named.name);
        end if;`,
  );
}

/**
 * Statements of PL/pgSQL that wait until nobody uses a generation's tables, and keep them: before its checkpoint is
 * changed, in the order in which all who write lock them.
 */
export function lockTables(generation: string): string {
  return forEachTable(
    generation,
    `
        if to_regclass(quote_ident(named.physical)) is not null then
          execute format('lock table %I in access exclusive mode', named.physical);
        end if;`,
  );
}

/** Statements of PL/pgSQL that drop all that a generation has: tables, the names that lead to them, letters. */
export function dropTables(generation: string): string {
  return forEachTable(
    generation,
    `
        execute format('drop table if exists %I cascade', named.physical);
        execute format('drop table if exists %I', named.physical || '__before');`,
  ) + `
      delete from projection_letter
      where name = ${generation}.name and generation = ${generation}.generation;`;
}

/** An expression: a table of a generation, which is a record of that name, is not there. */
export function lacksTable(generation: string): string {
  return `exists (
          select from jsonb_array_elements(${generation}.definition -> 'tables') as shape
          where to_regclass(quote_ident((shape ->> 'table') || '__' || ${generation}.generation)) is null
        )`;
}

/** An expression: a name of the view's leads nowhere. */
export function lacksName(view: View): string {
  const names = view.definition.tables.map(({ table }) => literal(table)).join(", ");
  return `exists (
          select from unnest(array[${names}]) as name where to_regclass(quote_ident(name)) is null
        )`;
}
