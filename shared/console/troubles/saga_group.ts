import { z } from "zod";

/** Instances of a process that stand alike, as `/ops/sagas/groups` tells them. */
export const sagaGroup = z.looseObject({
  process: z.string(),
  state: z.string(),
  step: z.string().nullable(),
  failure: z.string().nullable(),
  count: z.number(),
  oldest: z.string(),
  example: z.string(),
});
