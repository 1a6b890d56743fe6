import type { View } from "@headwater/core";

/** A column of a view's table, with the name that rows have for it. */
export type TableColumn = {
  readonly property: string;
  readonly name: string;
  /** As PostgreSQL names it. */
  readonly type: string;
  readonly isNullable: boolean;
};

export function tableColumns(view: View): TableColumn[] {
  return Object.entries(view.columns).map(([property, { type, isNullable }]) => ({
    property,
    name: view.columnName(property),
    type,
    isNullable,
  }));
}

/** DDL that makes a view's table, without its indexes. */
export function createTable(view: View): string {
  const columns = tableColumns(view).map(({ name, type, isNullable }) =>
    `${quoted(name)} ${type}${isNullable ? "" : " not null"}`
  );
  const key = quoted(view.columnName(view.primaryKey));
  return `create table ${quoted(view.table)} (${columns.join(", ")}, primary key (${key}));`;
}

/**
 * Statements of PL/pgSQL that make those indexes which the table does not have, under whatever name.
 * They look first: `create index if not exists` locks the table even where it has nothing to do.
 */
export function createIndexes(view: View): string {
  return indexes(view).map(({ columns, isMissing }) => `
      if ${isMissing} then
        create index on ${quoted(view.table)} (${columns});
      end if;`).join("");
}

/** An expression: the table lacks an index of the view's. */
export function lacksIndex(view: View): string {
  return ["false", ...indexes(view).map(({ isMissing }) => isMissing)].join(" or ");
}

function indexes(view: View): { readonly columns: string; readonly isMissing: string }[] {
  return view.indexes.map((properties) => {
    const names = properties.map(view.columnName);
    return {
      columns: names.map(quoted).join(", "),
      isMissing: `not exists (
        select from pg_index
        where indrelid = to_regclass('${quoted(view.table)}') and indpred is null
          and array[${names.map((name) => `'${name}'`).join(", ")}] = (
            select array_agg(attname::text order by place)
            from unnest(indkey) with ordinality as part (number, place)
            left join pg_attribute on attrelid = indrelid and attnum = number
          )
      )`,
    };
  });
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
