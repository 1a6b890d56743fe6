import { eventLog, silentLog } from "@headwater/core";
import assert from "node:assert/strict";
import type { ConsoleDependencies } from "./console_context.ts";
import { type FindTroubles, watchTroubles } from "./trouble_watch.ts";

const dependencies: ConsoleDependencies = {
  ...{ application: "club", services: [], log: eventLog.memoryLog(), acts: {} },
  ...{ ask: () => Promise.resolve([]), checks: () => [], logger: silentLog },
  ending: new AbortController().signal,
};

function trouble(what: string, standing: "bad" | "warn" = "bad") {
  return { section: "", standing, what };
}

Deno.test("however many ask, one look is under way; what is worse comes first", async () => {
  let looks = 0;
  const find: readonly FindTroubles[] = [
    () => Promise.resolve([trouble("slow", "warn")]),
    () => {
      looks++;
      return Promise.resolve([trouble("stuck")]);
    },
  ];
  const watch = watchTroubles(dependencies, { find, now: () => 0 });
  const [known] = await Promise.all([watch.look(), watch.look(), watch.look()]);
  assert.deepEqual(known.map(({ what }) => what), ["stuck", "slow"]);
  await watch.look();
  assert.equal(looks, 1);
});

Deno.test("who fails to tell, or does not answer, keeps nobody from the rest", async () => {
  const { promise: never } = Promise.withResolvers<readonly ReturnType<typeof trouble>[]>();
  const find: readonly FindTroubles[] = [
    () => Promise.reject(new Error("away")),
    () => Promise.resolve([trouble("stuck")]),
    () => never,
  ];
  const over: (() => void)[] = [];
  const clock = {
    now: () => 0,
    after(_ms: number, act: () => void) {
      over.push(act);
      return () => {};
    },
  };
  const watch = watchTroubles(dependencies, { find, now: () => 0, clock });
  const looking = watch.look();
  // The time of the look, then that of who waits for it
  over.at(-1)?.();
  assert.deepEqual((await looking).map(({ what }) => what), ["stuck"]);
});
