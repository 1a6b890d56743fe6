import { z } from "zod";

/** A page of items, as `readPage` finds it: newest first, `nextCursor` is where the next one begins. */
export function pageSchema<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** What a command is answered with: the ids that are named, and the revision that it has led to. */
export function commandAnswerSchema<const Names extends readonly string[]>(
  ...ids: Names
): z.ZodObject<{ [Name in Names[number]]: z.ZodString } & { revision: z.ZodInt }> {
  const strings = Object.fromEntries(ids.map((name) => [name, z.string()]));
  return z.object({ ...strings, revision: z.int().min(-1) }) as z.ZodObject<
    { [Name in Names[number]]: z.ZodString } & { revision: z.ZodInt }
  >;
}
