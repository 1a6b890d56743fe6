import { edge, readJson, type Routes, routes } from "@headwater/http";
import { z } from "zod";
import { begunAct, endedAct } from "./act_events.ts";
import type { ActsRecord } from "./acts_record.ts";

const asked = {
  standing: z.strictObject({ engine: z.string(), subject: z.string().nullable() }),
  begin: z.strictObject({ act: begunAct, after: z.int().nullable(), attempt: z.string() }),
  end: z.strictObject({ act: endedAct, actor: z.string() }),
};

const standingSchema = z.object({
  revision: z.int().nullable(),
  acts: z.array(
    z.intersection(
      begunAct,
      z.object({ id: z.string(), revision: z.int(), ended: endedAct.nullable() }),
    ),
  ),
});

/**
 * The record for command lines beside an application that has its log to itself: `POST /ops/acts/begin`, what they do,
 * `POST /ops/acts/end`. It is for who has the application's secret, or its machine: an operator's acts are put on record
 * by whoever does them.
 *
 * Errors: `NotAdmitted` for who is known by a token or a session.
 */
export function recordRoutes(record: ActsRecord): Routes {
  const app = routes();
  app.use("/ops/acts/:step{standing|begin|end}", async (c, next) => {
    if (c.req.method === "POST" && c.var.identity) {
      throw new edge.NotAdmitted(
        "role-missing",
        "Cannot write the record of acts: it is written by whoever does them",
      );
    }
    await next();
  });
  app.post("/ops/acts/standing", async (c) => {
    return c.json(await record.standing(await readJson(c, asked.standing)));
  });
  app.post("/ops/acts/begin", async (c) => {
    const { act, ...options } = await readJson(c, asked.begin);
    await record.begin(act, options);
    return c.json({});
  });
  app.post("/ops/acts/end", async (c) => {
    const { act, actor } = await readJson(c, asked.end);
    await record.end(act, { actor });
    return c.json({});
  });
  return app;
}

/** The record of an application that runs. Errors: those of the record; `Unavailable`: it does not answer. */
export function askedRecord(
  ask: (
    asked: { readonly path: string; readonly args: object; readonly actor?: string },
  ) => Promise<unknown>,
): ActsRecord {
  return {
    standing: async ({ engine, subject }) =>
      standingSchema.parse(await ask({ path: "acts/standing", args: { engine, subject } })),
    async begin(act, options) {
      await ask({ path: "acts/begin", args: { act, ...options }, actor: act.actor });
    },
    async end(act, { actor }) {
      await ask({ path: "acts/end", args: { act, actor }, actor });
    },
  };
}
