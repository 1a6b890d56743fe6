import { type ActAnswer, type AskedAct, mostActs, type ProcessActs } from "../process_acts.ts";
import { sliceOf } from "../slice.ts";

/** Acts that are lost with the test. */
export type MemoryActs = ProcessActs & {
  readonly answers: ReadonlyMap<string, ActAnswer>;
  ask(act: AskedAct): void;
};

export function memoryActs(): MemoryActs {
  const asked: AskedAct[] = [];
  const answers = new Map<string, ActAnswer>();
  return {
    answers,
    ask: (act) => void asked.push(act),
    open(slices) {
      const open = asked.filter(({ actId, id }) =>
        !answers.has(actId) && slices.includes(sliceOf(id))
      );
      return Promise.resolve(open.slice(0, mostActs));
    },
    answer(given) {
      for (const each of given) if (!answers.has(each.actId)) answers.set(each.actId, each);
      return Promise.resolve();
    },
  };
}
