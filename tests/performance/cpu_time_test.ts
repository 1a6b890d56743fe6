import { deepEqual, ok } from "node:assert/strict";
import { cpuTime, cpuTimeIn } from "./cpu_time.ts";

function stat(
  { pid, parent, name, ticks }: { pid: number; parent: number; name: string; ticks: number[] },
): string {
  return `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 10 20 0 0 ${ticks.join(" ")} 20 0 1 0 1\n`;
}

Deno.test("the time of a process is that of all it has started, PostgreSQL's apart", () => {
  const stats = [
    { pid: 1, parent: 0, name: "init", ticks: [1_000, 1_000, 1_000, 1_000] },
    { pid: 10, parent: 1, name: "deno", ticks: [3, 2, 1, 0] },
    { pid: 11, parent: 10, name: "deno (a :) b", ticks: [10, 0, 0, 0] },
    { pid: 20, parent: 10, name: "postgres", ticks: [1, 1, 2, 2] },
    { pid: 21, parent: 20, name: "postgres", ticks: [4, 0, 0, 0] },
    { pid: 30, parent: 1, name: "postgres", ticks: [500, 0, 0, 0] },
  ].map(stat).join("");
  deepEqual(cpuTimeIn(stats, 10), { own: 160, postgres: 100 });
});

Deno.test({
  name: "what this very process works is counted",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const before = await cpuTime(Deno.pid);
    let after = before;
    const end = performance.now() + 60_000;
    while (after.own < before.own + 50 && performance.now() < end) {
      for (let at = 0; at < 1e7; at++) Math.sqrt(at);
      after = await cpuTime(Deno.pid);
    }
    ok(after.own >= before.own + 50, `counted ${after.own - before.own} ms in a minute of work`);
  },
});
