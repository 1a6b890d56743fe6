import { z } from "zod";
import type { DomainEvent, Recorded } from "./event.ts";
import { schemaVersionOf, withData } from "./lean_event.ts";
import { quickCheck } from "./quick_check.ts";

/**
 * Turns the stored data of one version into that of the next.
 * @internal
 */
export type Upcast = (data: never) => unknown;

/** @internal */
type Versioned<Schema extends z.ZodType> = {
  readonly schema: Schema;
  /** `upcasts[0]` turns version 1 into 2, `upcasts[1]` 2 into 3 …; the schema is of the version after the last. */
  readonly upcasts: readonly Upcast[];
};

/** @internal */
type Definitions = Readonly<Record<string, z.ZodType | Versioned<z.ZodType>>>;

type SchemaOf<Definition> = Definition extends z.ZodType ? Definition
  : Definition extends Versioned<infer Schema> ? Schema
  : never;

/** @internal */
type EventOfDefinitions<D extends Definitions> = {
  [Type in keyof D & string]: DomainEvent<Type, z.output<SchemaOf<D[Type]>>>;
}[keyof D & string];

/** The events of one category: what may be written, and how everything ever written is read. */
// deno-lint-ignore no-explicit-any -- lists hold the schemas of every category
export type EventSchemas<Event extends DomainEvent = any> = {
  readonly category: string;
  readonly types: readonly Event["type"][];
  /** By type: the version that is written. */
  readonly versions: Readonly<Record<string, number>>;
  /** The schema of the newest version. */
  schemaOf(type: Event["type"]): z.ZodType;
  /** Checks an event before it is stored. Throws a `ZodError`: a decider that yields such an event has a bug. */
  encode(event: Event): { type: string; data: unknown; schemaVersion: number };
  /**
   * Reads a stored event: old versions are upcast, what is stored stays as it is.
   * Undefined for a type this code does not know, which a newer release may have written.
   * Throws when stored data does not fit its schema, or is of a newer version.
   */
  decode(recorded: Recorded): Recorded<Event> | undefined;
};

/** `EventOf<typeof orderEvents>` is the union of its events. */
export type EventOf<Schemas> = Schemas extends EventSchemas<infer Event> ? Event : never;

/** The newest schema of an event together with the steps that bring older stored data up to it. */
export function versioned<Schema extends z.ZodType>(
  schema: Schema,
  ...upcasts: Upcast[]
): Versioned<Schema> {
  return { schema, upcasts };
}

/** Defines the events of a category; part of a service's contract, kept for ever. */
export function defineEvents<D extends Definitions>(
  category: string,
  definitions: D,
): EventSchemas<EventOfDefinitions<D>> {
  const byType = new Map(
    Object.entries(definitions).map(([type, definition]) => {
      const { schema, upcasts } = definition instanceof z.ZodType
        ? versioned(definition)
        : definition;
      return [type, { schema, upcasts, isAsWritten: quickCheck(schema) }];
    }),
  );

  function definitionOf(type: string) {
    const definition = byType.get(type);
    if (!definition) {
      throw new Error(
        `Cannot write an event of type "${type}" to category "${category}": known are ${
          [...byType.keys()].join(", ")
        }`,
      );
    }
    return definition;
  }

  return {
    category,
    types: [...byType.keys()] as EventOfDefinitions<D>["type"][],
    versions: Object.fromEntries(
      [...byType].map(([type, { upcasts }]) => [type, upcasts.length + 1]),
    ),
    schemaOf: (type) => definitionOf(type).schema,
    encode(event) {
      const { schema, upcasts, isAsWritten } = definitionOf(event.type);
      const { type, data } = event;
      return {
        type,
        data: isAsWritten?.(data) ? data : schema.parse(data),
        schemaVersion: upcasts.length + 1,
      };
    },
    decode(recorded) {
      const definition = byType.get(recorded.type);
      if (!definition) return undefined;
      const { schema, upcasts, isAsWritten } = definition;
      const newest = upcasts.length + 1;
      const version = schemaVersionOf(recorded);
      if (version > newest) {
        throw new Error(
          `Cannot read event ${recorded.revision} of stream "${recorded.stream}": it is version ${version} of "${recorded.type}", this release knows ${newest}`,
        );
      }
      if ((newest === 1 || version === newest) && isAsWritten?.(recorded.data)) {
        return recorded as Recorded<EventOfDefinitions<D>>;
      }
      let data = recorded.data;
      for (const upcast of upcasts.slice(version - 1)) {
        data = upcast(data as never);
      }
      const parsed = schema.safeParse(data);
      if (!parsed.success) {
        throw new Error(
          `Cannot read event ${recorded.revision} of stream "${recorded.stream}" as "${recorded.type}": ${
            z.prettifyError(parsed.error)
          }`,
          { cause: parsed.error },
        );
      }
      return withData(recorded, parsed.data) as Recorded<EventOfDefinitions<D>>;
    },
  };
}

/** The commands of a contract: one schema per type. */
export type CommandOf<Schemas extends Readonly<Record<string, z.ZodType>>> = {
  [Type in keyof Schemas & string]: DomainEvent<Type, z.output<Schemas[Type]>>;
}[keyof Schemas & string];
