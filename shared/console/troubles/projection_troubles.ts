import { z } from "zod";
import type { Trouble } from "../context/trouble.ts";
import type { FindTroubles } from "../context/trouble_watch.ts";
import { silentTrouble } from "./silent_trouble.ts";
import { askEach } from "./ask_each.ts";

const statuses = z.array(z.looseObject({
  name: z.string(),
  state: z.string(),
  since: z.string().nullable().optional(),
  cause: z.string().nullable().optional(),
  lagMs: z.number().nullable().optional(),
  parkedKeys: z.number().nullable().optional(),
}));

/** By state: what is wrong with a read model that goes no further. */
const standingStill: Readonly<Record<string, string>> = {
  failing: "fails on an event",
  stopped: "has stopped",
  "other-log": "was made from another log",
  "no-owner": "is of a release that no process runs",
};

/** Milliseconds; what is behind for less is on its way. */
const worthATrouble = 10_000;

/** Read models that have stopped, are far behind, or have letters. */
export const projectionTroubles: FindTroubles = async (dependencies, signal) => {
  const silent: Trouble[] = [];
  const found = await askEach(dependencies, {
    ...{ path: "projections", schema: statuses, signal },
    onSilent: (service, cause) =>
      silent.push(silentTrouble({ service, cause, section: "/projections", of: "read models" })),
  });
  const told = found.flatMap(({ service, value }) =>
    value.flatMap(({ name, state, since, cause, lagMs, parkedKeys }): Trouble[] => {
      const shown = {
        section: "/projections",
        href: `/console/projections/${encodeURIComponent(service)}/${encodeURIComponent(name)}`,
        cause: cause ?? undefined,
        since: since ?? undefined,
      };
      const standsStill = standingStill[state];
      if (standsStill !== undefined) {
        const rebuild = { service, engine: "projections", act: "rebuild", args: { name } };
        const helps = ["failing", "other-log"].includes(state);
        return [{
          ...{ ...shown, standing: "bad", what: `Read model ${name} ${standsStill}` },
          ...(helps && { acts: [{ ...rebuild, label: "Rebuild" }] }),
        }];
      }
      if ((parkedKeys ?? 0) > 0) {
        const what = `Read model ${name} holds back ${parkedKeys} ${
          parkedKeys === 1 ? "key" : "keys"
        }: their letters wait`;
        const retry = {
          service,
          engine: "projections",
          act: "letters retry",
          args: { all: true, view: name },
        };
        return [{ ...shown, standing: "bad", what, acts: [{ ...retry, label: "Retry letters" }] }];
      }
      if ((lagMs ?? 0) > worthATrouble) {
        const seconds = Math.round((lagMs ?? 0) / 1_000);
        return [{ ...shown, standing: "warn", what: `Read model ${name} is ${seconds} s behind` }];
      }
      return [];
    })
  );
  return [...told, ...silent];
};
