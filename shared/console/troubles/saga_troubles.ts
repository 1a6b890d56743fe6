import { z } from "zod";
import type { FindTroubles } from "../context/trouble_watch.ts";
import { askEach } from "./ask_each.ts";

const listed = z.array(z.looseObject({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  step: z.string().nullable().optional(),
  since: z.string().nullable().optional(),
  cause: z.string().nullable().optional(),
}));

/** So many are shown one by one. */
const shownEach = 5;

/** Processes and instances that stand still until an operator does something. */
export const sagaTroubles: FindTroubles = async (dependencies, signal) => {
  const asked = { path: "sagas", args: { state: "stuck" } };
  const found = await askEach(dependencies, { ...asked, schema: listed, signal });
  return found.flatMap(({ service, value }) =>
    value.slice(0, shownEach).map(({ id, type, step, since, cause }) => {
      const act = { service, engine: "sagas", args: { id, process: type } };
      return {
        section: "/sagas",
        standing: "bad" as const,
        what: `${type} ${id} is stuck${step ? ` at ${step}` : ""}`,
        href: `/console/sagas/${encodeURIComponent(type)}/${encodeURIComponent(id)}`,
        cause: cause ?? undefined,
        since: since ?? undefined,
        acts: ["retry", "compensate"].map((name) => ({
          ...act,
          act: name,
          label: name.slice(0, 1).toUpperCase() + name.slice(1),
        })),
      };
    })
  );
};
