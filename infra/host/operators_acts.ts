import type { acts } from "@headwater/core";
import { routesActs } from "@headwater/gateway";
import { projectionsActs } from "@headwater/projections";
import { calls } from "@headwater/resilience";
import { sagasActs } from "@headwater/sagas";
import { doOnRecord, recordable } from "./acts_record/record_act.ts";
import { recordActs } from "./acts_record/record_acts.ts";
import type { Operated } from "./operate.ts";

/** Opens what an act is done to, as far as it is needed for that one. */
export type OpenOperated = (
  act: { readonly engine: string; readonly changes: boolean },
) => Promise<Operated>;

/**
 * What operators do, by engine: the one list from which command lines and other ways to do it are made. Each act that
 * changes something takes a reason and a dry run beside its own arguments, and is put on record.
 */
export function operatorsActs(
  open: OpenOperated,
): Readonly<Record<string, readonly acts.OperatorsAct<object>[]>> {
  function opened(
    engine: string,
    act: acts.OperatorsAct<Operated>,
  ): acts.OperatorsAct<object> {
    if (act.changes) return onRecord(engine, act);
    return {
      ...act,
      async run(args, surroundings) {
        await using operated = await open({ engine, changes: false });
        return await act.run(args, { ...operated, ...surroundings });
      },
    };
  }
  function onRecord(
    engine: string,
    act: acts.OperatorsAct<Operated>,
  ): acts.OperatorsAct<object> {
    return {
      ...recordable(act),
      async run(given, surroundings) {
        const isDryRun = given.dryRun === true;
        await using operated = await open({ engine, changes: !isDryRun });
        const actor = "actor" in surroundings && typeof surroundings.actor === "string"
          ? surroundings.actor
          : "operator";
        const { ask } = operated;
        if (act.isAsked && ask && !isDryRun) {
          const { reason, expected, actId } = given;
          const more = { reason, expected, actId };
          return await act.run(given, {
            ...{ ...operated, ...surroundings },
            ask: (asked) => ask({ ...asked, args: { ...asked.args, ...more } }),
          });
        }
        const context = { ...operated, ...surroundings };
        return await doOnRecord(act, given, { engine, actor, record: operated.record, context });
      },
    };
  }
  const engines = {
    projections: projectionsActs,
    sagas: sagasActs,
    routes: routesActs,
    calls: calls.callsActs,
    acts: recordActs,
  };
  return Object.fromEntries(
    Object.entries(engines).map(([engine, own]) => [
      engine,
      own.map((act: acts.OperatorsAct<Operated>) => opened(engine, act)),
    ]),
  );
}
