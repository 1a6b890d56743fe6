import type { acts } from "@headwater/core";
import { routesActs } from "@headwater/gateway";
import { projectionsActs } from "@headwater/projections";
import { sagasActs } from "@headwater/sagas";
import type { Operated } from "./operate.ts";

/** Opens what an act is done to, as far as it is needed for that one. */
export type OpenOperated = (
  act: { readonly changes: boolean },
) => Promise<Operated>;

/** What operators do, by engine: the one list from which command lines and other ways to do it are made. */
export function operatorsActs(
  open: OpenOperated,
): Readonly<Record<string, readonly acts.OperatorsAct<object>[]>> {
  function opened(act: acts.OperatorsAct<Operated>): acts.OperatorsAct<object> {
    return {
      ...act,
      async run(args, surroundings) {
        await using operated = await open(act);
        return await act.run(args, { ...operated, ...surroundings });
      },
    };
  }
  return {
    projections: projectionsActs.map(opened),
    sagas: sagasActs.map(opened),
    routes: routesActs.map(opened),
  };
}
