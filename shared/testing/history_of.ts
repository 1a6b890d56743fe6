import type { DomainEvent, EventSchemas } from "@headwater/core";
import fc from "fast-check";
import type { z } from "zod";
import { arbitraryOf } from "./arbitrary_of.ts";

/** Sums of them stay within what is exact. */
const mostNumber = 1_000;

/** An event, and where it is appended. */
export type HistoricEvent = { readonly stream: string; readonly event: DomainEvent };

/**
 * Events of every type of these categories that their schemas take, in no sensible sequence, the same for the same seed.
 * Texts of one name (`orderId`, `sku`) are few, so that events concern each other across streams and categories.
 */
export function historyOf(
  reads: readonly EventSchemas[],
  { count, seed, texts = 6 }: {
    readonly count: number;
    readonly seed: number;
    /** So many different ones of a name. */
    readonly texts?: number;
  },
): readonly HistoricEvent[] {
  const known = new Map<string, string[]>();
  const arbitrary = fc.oneof(
    ...reads.flatMap((schemas) =>
      (schemas.types as readonly string[]).map((type) => {
        const schema = schemas.schemaOf(type);
        return fc.record({
          category: fc.constant(schemas.category),
          type: fc.constant(type),
          data: arbitraryOf(schema),
          schema: fc.constant(schema),
          pick: fc.nat(),
        });
      })
    ),
  );

  /** One of the few texts of that name: this one, as long as there are not so many. */
  function oneOf(name: string, { value, pick }: { value: string; pick: number }): string {
    const all = known.get(name) ?? [];
    if (all.length >= texts) return all[pick % texts]!;
    known.set(name, [...all, value]);
    return value;
  }
  function related(value: unknown, { name, pick }: { name: string; pick: number }): unknown {
    if (typeof value === "string") return oneOf(name, { value, pick });
    if (typeof value === "number") return Math.abs(value) % mostNumber;
    if (Array.isArray(value)) {
      return value.map((each, index) => related(each, { name, pick: pick + index }));
    }
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([name, each]) => [
      name,
      related(each, { name, pick }),
    ]);
    return Object.fromEntries(entries);
  }
  function dataOf(data: unknown, { schema, pick }: { schema: z.ZodType; pick: number }): unknown {
    const { success, data: fitting } = schema.safeParse(related(data, { name: "", pick }));
    return success ? fitting : data;
  }

  return fc.sample(arbitrary, { numRuns: count, seed }).map(({ category, type, data, ...rest }) => {
    const fitting = dataOf(data, rest);
    const own = typeof fitting === "object" && fitting !== null &&
      Object.entries(fitting).find(([name]) => name === `${category}Id`)?.[1];
    const id = typeof own === "string" ? own : String(rest.pick % texts);
    return { stream: `${category}-${id}`, event: { type, data: fitting } };
  });
}
