import { deepEqual, equal } from "node:assert/strict";
import { eventually } from "@headwater/testing";
import { listenForInterruption } from "./interruption.ts";

Deno.test({
  name:
    "the first signal asks to end, one soon after is the same, and a later one ends at once with code 1",
  ignore: Deno.build.os === "windows",
  async fn() {
    let at = 0;
    let looks = 0;
    const codes: number[] = [];
    using interruption = listenForInterruption({
      exit: (code) => codes.push(code),
      now() {
        looks++;
        return at;
      },
    });
    async function interrupted(times: number): Promise<void> {
      Deno.kill(Deno.pid, "SIGTERM");
      await eventually("the signal to be heard", () => looks === times);
    }
    equal(interruption.signal.aborted, false);
    await interrupted(1);
    equal(interruption.signal.aborted, true);
    at = 1_000;
    await interrupted(2);
    deepEqual(codes, []);
    at = 1_001;
    await interrupted(3);
    deepEqual(codes, [1]);
  },
});
