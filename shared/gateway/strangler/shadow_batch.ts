import { z } from "zod";
import { routeName } from "./contract.ts";

const count = z.int().nonnegative().max(1_000_000);

/** What one comparison of two answers has found different; what must not be seen is not in it. */
const example = z.strictObject({
  at: z.iso.datetime(),
  request: z.string().max(500),
  differences: z.array(z.strictObject({
    field: z.string().max(300),
    legacy: z.string().max(300),
    new: z.string().max(300),
  })).max(20),
});
export type ShadowExample = z.output<typeof example>;

/** What a gateway process has compared since its last batch, added up. */
export const shadowBatch = z.strictObject({
  route: routeName,
  round: count,
  samples: count,
  /** Of the samples: those with a difference. */
  mismatches: count,
  /** Of the samples: those for which the legacy side was asked twice. */
  noiseSamples: count,
  /** Not taken: too many in flight, or too long. */
  dropped: count,
  /** By field: in how many samples it differed, and in how many between two answers of the legacy side. */
  fields: z.array(z.strictObject({ field: z.string().max(300), raw: count, noise: count }))
    .max(200),
  examples: z.array(example).max(10),
});
export type ShadowBatch = z.output<typeof shadowBatch>;
