import { type acts, machine, silentLog, time } from "@headwater/core";
import type { Sql } from "postgres";
import type { OperatedView, ProjectionsContext } from "./operated_view.ts";
import { startProjections } from "./start_projections.ts";
import { grouped } from "./status_table.ts";
import { countDue, laneNow, type StoredLane } from "./stored_letters.ts";

const lookEveryMs = 100;
const usualPatienceMs = 15_000;

type Context = ProjectionsContext & acts.ActContext;

/** A service's views, and lanes of theirs of which something is asked. */
type Asked = { readonly views: readonly OperatedView[]; readonly lanes: readonly StoredLane[] };

/** Waits until the workers have done what they are asked for; where none runs, until those have that are started for it. */
export async function followLetters(
  context: Context,
  { asked, done }: { readonly asked: readonly Asked[]; readonly done: string },
): Promise<acts.ActOutcome> {
  const results = await Promise.all(asked.map(async ({ views, lanes }) => {
    const [{ sql, service }] = views as [OperatedView];
    const mine = views.filter(({ view }) => lanes.some(({ name }) => name === view.name));
    await using _workers = context.log && await startProjections({
      ...{ service, sql, log: context.log, logger: silentLog },
      views: mine.map(({ view }) => view),
    });
    const isWorkedOn = await untilDone(sql, {
      ...context,
      names: mine.map(({ view }) => view.name),
    });
    return await Promise.all(lanes.map(async ({ letters, ...lane }) => {
      const { left, cause } = await laneNow(sql, { ...lane, letters });
      const isDone = isWorkedOn && left === 0;
      return { ...lane, isWorkedOn, isDone, events: Math.max(0, letters - left), left, cause };
    }));
  }));
  const keys = results.flat();
  const isDone = keys.every((each) => each.isDone);
  const lines = keys.map(({ name, key, isDone, isWorkedOn, events, left, cause }) => {
    const which = `"${key}" of "${name}"`;
    if (!isWorkedOn) return `${which}: no worker does it now, its service does so when it runs`;
    const what = `${grouped(events)} event${events === 1 ? "" : "s"} ${done}`;
    return `${which}: ${what}${isDone ? "" : `, ${grouped(left)} still parked: ${cause}`}`;
  });
  const text = lines.map(machine.inOneLine).join("\n");
  const isOver = keys.every(({ isWorkedOn }) => isWorkedOn);
  return {
    ...{ value: { isDone, keys }, text: text || "Nothing is parked", isDone },
    ...(!isDone && isOver && { ended: "failed" }),
  };
}

/** False: nothing has become of it for so long, or nobody waits any longer. */
async function untilDone(
  sql: Sql,
  { names, signal, patienceMs = usualPatienceMs, progress }: Context & {
    readonly names: readonly string[];
  },
): Promise<boolean> {
  let count = await countDue(sql, names);
  let changedAt = performance.now();
  while (count > 0 && !signal.aborted) {
    await time.pause(lookEveryMs, { signal });
    const now = await countDue(sql, names);
    if (now === count && performance.now() - changedAt > patienceMs) return false;
    if (now === count) continue;
    count = now;
    changedAt = performance.now();
    if (count > 0) progress(`${grouped(count)} to do`);
  }
  return count === 0;
}
