import { machine } from "@headwater/core";
import { z } from "zod";

/**
 * What `pageQuery` reads: which rows, as `readPage` takes it.
 * @internal
 */
export type PageQuery<Filters extends z.ZodRawShape> = {
  /** Only filters that were given. */
  readonly where: z.output<z.ZodObject<{ [Name in keyof Filters]: z.ZodOptional<Filters[Name]> }>>;
  readonly limit: number;
  /** The `nextCursor` of the page before, as a number. */
  readonly before: number | undefined;
};

const page = z.object({
  limit: machine.pageLimit(200).default(50),
  cursor: z.string().regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page").optional(),
});

/**
 * The query parameters of a listing, for `readQuery`: what it may be filtered by, each optional, and which page of it,
 * as `readPage` takes it. A filter's schema must take what it gives.
 */
export function pageQuery<Filters extends z.ZodRawShape>(
  filters: Filters,
): z.ZodType<PageQuery<Filters>> {
  const where = z.object(filters).partial();
  return z.strictObject({ ...where.shape, ...page.shape }).transform((given) => {
    // Checked already; this takes it apart.
    const { limit, cursor } = page.parse(given);
    const before = cursor === undefined ? undefined : Number(cursor);
    return { where: where.parse(given), limit, before };
  });
}
