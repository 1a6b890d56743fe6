import { type acts, Refusal } from "@headwater/core";
import { type Generation, generationsOf } from "./generation.ts";
import type { OperatedView } from "./operated_view.ts";

/** What is done to a read model, by the names of the acts. */
type ViewAct = "rebuild" | "switch" | "rollback" | "drop" | "abort";

/** Tells what an act would do to the generations of a read model. Errors: `Refusal` where there is none to do it to. */
export async function foretellGenerations(
  { sql, view: { name, version } }: OperatedView,
  act: ViewAct,
  { switches = true }: {
    /** What is built takes over by itself. */
    readonly switches?: boolean;
  } = {},
): Promise<acts.ForetoldAct> {
  const all = await generationsOf(sql, name);
  const live = all.find(({ status }) => status === "live");
  const candidate = all.find(({ status }) => ["building", "verifying", "ready"].includes(status));
  const retired = all.filter(({ status }) => status === "retired")
    .toSorted((a, b) => (b.retiredAt ?? 0) - (a.retiredAt ?? 0));
  const value = {
    name,
    generations: all.map(({ generation, status }) => ({ generation, status })),
  };
  const read = live ? `generation ${live.generation}, which is read` : "none that is read";
  const missing = (what: string) => noGeneration(all, { act, name, what });
  function takesOver(chosen: Generation | undefined, what: string) {
    if (!chosen) throw missing(what);
    if (chosen.state === "other-log") {
      throw generationOfOtherLog({ act, name, generation: chosen.generation });
    }
    const text = `would let generation ${chosen.generation} of "${name}" take the place of ${read}${
      live ? " and is kept to go back to" : ""
    }`;
    return { value, text, ...(live && { undo: { name: "rollback", args: { name } } }) };
  }
  switch (act) {
    case "rebuild": {
      if (candidate) {
        const { generation, status } = candidate;
        throw new Refusal(
          "projection-busy",
          `Cannot rebuild "${name}": generation ${generation} is ${status} already`,
        );
      }
      const text = `would build "${name}" anew from the log, by version ${version}, beside ${read}`;
      const undo = switches && live ? "rollback" : "abort";
      return { value, text, undo: { name: undo, args: { name } } };
    }
    case "switch":
      return takesOver(all.find(({ status }) => status === "ready"), "is ready");
    case "rollback":
      return takesOver(retired[0], "is retired");
    case "drop":
    case "abort": {
      const gone = act === "drop" ? retired : live && candidate ? [candidate] : [];
      const [first] = gone;
      if (!first) throw missing(act === "drop" ? "was read before" : "is being built, or ready");
      const numbers = gone.map(({ generation, status }) => `${generation} (${status})`).join(", ");
      return { value, text: `would drop generation ${numbers} of "${name}", for ever` };
    }
  }
}

/** Nobody could read it. */
export function generationOfOtherLog(
  { act, name, generation }: Pick<Generation, "name" | "generation"> & { readonly act: string },
): Refusal {
  return new Refusal(
    "generation-of-other-log",
    `Cannot ${act} "${name}": generation ${generation} was filled from another event log`,
  );
}

/** Says which generations there are instead. */
export function noGeneration(
  all: readonly Generation[],
  { act, name, what }: { readonly act: string; readonly name: string; readonly what: string },
): Refusal {
  const there = all.map(({ generation, status }) => `${generation} is ${status}`).join(", ");
  return new Refusal(
    "generation-missing",
    `Cannot ${act} "${name}": no generation ${what}: ${there === "" ? "it has none yet" : there}`,
  );
}
