import { z } from "zod";

/** What JSON can say; as a type of TypeScript, with room for fields that may be absent. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [field: string]: Json | undefined };

/** As PostgreSQL names them. Every other type brings some values back as others than were written. */
export type ColumnType =
  | "text"
  | "bigint"
  | "double precision"
  | "boolean"
  | "timestamp with time zone"
  | "jsonb";

type Objection = (value: unknown) => string | undefined;

export type { Column };

/** A column of a view's table: its type there, the type of its values here, and which of these come back unchanged. */
class Column<out Value = unknown, out Type extends ColumnType = ColumnType> {
  /** Only a type: what a row has in this column. */
  declare readonly value: Value;
  /** As the table has it. */
  readonly type: Type;
  /** Whether it may hold null. */
  readonly isNullable: boolean;
  /** Of its values, for descriptions: `objection` says what is kept. */
  readonly schema: z.ZodType<Value>;
  readonly #objection: Objection;

  /** Made by `text()`, `integer()` and the others of this module. */
  constructor(
    type: Type,
    { objection, schema, isNullable = false }: {
      readonly objection: Objection;
      readonly schema: z.ZodType<Value>;
      readonly isNullable?: boolean;
    },
  ) {
    this.type = type;
    this.isNullable = isNullable;
    this.schema = schema;
    this.#objection = objection;
  }

  /** The same column, which may also hold null. */
  nullable(): Column<Value | null, Type> {
    const schema = this.schema.nullable();
    return new Column(this.type, { objection: this.#objection, schema, isNullable: true });
  }

  /** The same column, of sums of its values: whole numbers, beyond the safe ones the nearest. */
  summed(): Column<Value, Type> {
    const schema = z.number().meta({ type: "integer" }) as z.ZodType as z.ZodType<Value>;
    return new Column(this.type, { objection: this.#objection, schema });
  }

  /** Why a value would not come back from the table as it is; undefined: it would. */
  objection(value: unknown): string | undefined {
    return value === null && this.isNullable ? undefined : this.#objection(value);
  }
}

/** Text; `text(["open", "closed"])` where it is one of a few, which are said to people and compilers, and not looked at. */
export function text<const Value extends string = string>(
  values?: readonly Value[],
): Column<Value, "text"> {
  const schema = values ? z.enum(values) : z.string();
  return new Column("text", { objection: textObjection, schema: schema as z.ZodType<Value> });
}

/** A safe integer: amounts in minor units, counts, positions, revisions. */
export function integer(): Column<number, "bigint"> {
  return new Column("bigint", {
    objection: (value) => Number.isSafeInteger(value) ? undefined : "is no safe integer",
    schema: z.int(),
  });
}

/** A finite number. */
export function number(): Column<number, "double precision"> {
  return new Column("double precision", {
    objection: (value) => Number.isFinite(value) ? undefined : "is no finite number",
    schema: z.number(),
  });
}

/** True or false. */
export function boolean(): Column<boolean, "boolean"> {
  return new Column("boolean", {
    objection: (value) => typeof value === "boolean" ? undefined : "is no boolean",
    schema: z.boolean(),
  });
}

/** A time as `Date.prototype.toISOString` and the log write it: in UTC, with milliseconds. */
export function timestamp(): Column<string, "timestamp with time zone"> {
  return new Column("timestamp with time zone", {
    objection: timestampObjection,
    schema: z.iso.datetime(),
  });
}

/**
 * A value of JSON; absent fields and undefined ones are the same, and so are 0 and -0. `json(schema)` says what it is to
 * people and compilers; what is kept is not held against it.
 */
export function json<Value extends NonNullable<Json>>(
  schema: z.ZodType<Value> = z.unknown() as z.ZodType<Value>,
): Column<Value, "jsonb"> {
  return new Column("jsonb", {
    objection: (value) => value === null ? "is null" : jsonObjection(value),
    schema,
  });
}

/** Of rows with these columns, for descriptions of answers that are made of them. */
export function schemaOf<const Columns extends Readonly<Record<string, Column>>>(
  columns: Columns,
): z.ZodObject<{ [Name in keyof Columns]: z.ZodType<Columns[Name]["value"]> }> {
  return z.object(
    Object.fromEntries(Object.entries(columns).map(([name, { schema }]) => [name, schema])),
  ) as z.ZodObject<{ [Name in keyof Columns]: z.ZodType<Columns[Name]["value"]> }>;
}

// Every row that is written is checked: one look settles the usual case.
const suspicious = /[\0\ud800-\udfff]/;
const isoTime =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Half a surrogate pair becomes "�" without a word, and a zero character is refused. */
function textObjection(value: unknown): string | undefined {
  if (typeof value !== "string") return "is no text";
  if (!suspicious.test(value)) return undefined;
  if (value.includes("\0")) return "has a zero character";
  return value.isWellFormed() ? undefined : "has half a surrogate pair";
}

function timestampObjection(value: unknown): string | undefined {
  const isTime = typeof value === "string" && isoTime.test(value) && value >= "0001" &&
    (value.slice(8, 10) <= "28" || new Date(value).getUTCDate() === Number(value.slice(8, 10)));
  return isTime ? undefined : "is no time as in 2026-01-01T00:00:00.000Z";
}

function jsonObjection(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return textObjection(value);
    case "number":
      return Number.isFinite(value) ? undefined : "has a number that is not finite";
    case "boolean":
      return undefined;
    case "object":
      if (value === null) return undefined;
      return Array.isArray(value) ? arrayObjection(value) : objectObjection(value);
    default:
      return `has a value of type ${typeof value}`;
  }
}

function arrayObjection(items: readonly unknown[]): string | undefined {
  for (const item of items) {
    const objection = jsonObjection(item);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function objectObjection(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return "has an object of a class";
  // Names need no look: PostgreSQL refuses those in JSON that it would not give back.
  for (const item of Object.values(value)) {
    const objection = item === undefined ? undefined : jsonObjection(item);
    if (objection !== undefined) return objection;
  }
  return undefined;
}
