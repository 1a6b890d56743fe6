import { z } from "zod";
import type { Trouble } from "../context/trouble.ts";
import type { FindTroubles } from "../context/trouble_watch.ts";
import { silentTrouble } from "./silent_trouble.ts";
import { askEach } from "./ask_each.ts";
import { sagaGroup } from "./saga_group.ts";

/** Processes and instances that stand still until an operator does something: those that stand alike are one trouble. */
export const sagaTroubles: FindTroubles = async (dependencies, signal) => {
  const silent: Trouble[] = [];
  const found = await askEach(dependencies, {
    ...{ path: "sagas/groups", schema: z.array(sagaGroup), signal },
    onSilent: (service, cause) =>
      silent.push(silentTrouble({ service, cause, section: "/sagas", of: "sagas" })),
  });
  const told = found.flatMap(({ service, value }) =>
    value.filter(({ state }) => state === "stuck" || state === "stopped")
      .map(({ process, state, step, failure, count, oldest: since, example }) => {
        const engine = "sagas";
        const shown = {
          section: "/sagas",
          standing: "bad" as const,
          cause: failure ?? undefined,
          since,
        };
        if (state === "stopped") {
          const rehear = { service, engine, act: "rehear", args: { name: process } };
          return {
            ...{ ...shown, what: `${process} stands still`, href: "/console/sagas" },
            acts: [{ ...rehear, label: "Hear the log again" }],
          };
        }
        const at = step === null ? "" : ` at ${step}`;
        const filter: Record<string, string> = {
          state,
          ...(step !== null && { step }),
          ...(failure !== null && { failure }),
        };
        const url = `/console/sagas/${encodeURIComponent(process)}`;
        const args: Record<string, string> = count === 1
          ? { process, id: example }
          : { process, ...filter };
        const href = count === 1
          ? `${url}/${encodeURIComponent(example)}`
          : `${url}?${new URLSearchParams(filter)}`;
        const what = count === 1
          ? `${process} ${example} is stuck${at}`
          : `${count.toLocaleString("en")} of ${process} are stuck${at}`;
        const retry = { service, engine, act: "retry", args, back: href };
        return {
          ...{ ...shown, what, href },
          acts: [{ ...retry, label: count === 1 ? "Retry" : "Retry all" }],
        };
      })
  );
  return [...told, ...silent];
};
