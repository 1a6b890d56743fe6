import { z } from "zod";

const name = z.string().regex(/^[^\0]*$/);
const place = z.tuple([z.string().refine(isTime), name, name]);

/** Where a page of instances goes on: when one began, its process and its id. */
export type InstancePlace = z.infer<typeof place>;

/** As the cursor of a page has it: JSON. Whoever asks may have cut it, or made it up. */
export const instanceCursor: z.ZodType<string, string> = z.string().max(5_000).refine(
  (text) => placeIn(text) !== undefined,
  "Must be the cursor of an instance that was listed",
);

/** Undefined: it is none. */
export function placeIn(cursor: string): InstancePlace | undefined {
  try {
    return place.safeParse(JSON.parse(cursor)).data;
  } catch {
    return undefined;
  }
}

/** As PostgreSQL writes times, and reads them. */
function isTime(text: string): boolean {
  const [, year = 0, month = 0, day = 0] =
    /^(\d{4})-(\d\d)-(\d\d)[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$/
      .exec(text)?.map(Number) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
