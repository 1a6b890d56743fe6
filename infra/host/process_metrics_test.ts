import { machine } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import process from "node:process";
import { measureProcess } from "./process_metrics.ts";

function numberIn(page: string, name: string): number {
  return Number(page.match(new RegExp(`^${name}({.*})? (.*)$`, "m"))?.[2] ?? NaN);
}

Deno.test("a process says what it takes, and how late it is", async () => {
  const meter = machine.prometheusMeter();
  const measured = measureProcess(meter, { name: "doors" });
  let page = "";
  await eventually("the loop is seen to turn", async () => {
    page = await meter.page();
    return numberIn(page, "headwater_event_loop_lag_seconds_count") >= 2;
  });
  assert.match(page, /headwater_process_info{name="doors",deno="2\..*"} 1\n/);
  assert.ok(numberIn(page, "process_resident_memory_bytes") > 1_000_000);
  assert.ok(numberIn(page, "process_cpu_seconds_total") > 0);
  assert.ok(numberIn(page, "headwater_heap_used_bytes") > 0);
  const limit = numberIn(page, "headwater_heap_limit_bytes");
  assert.ok(limit > numberIn(page, "headwater_heap_used_bytes"));
  const ageSeconds = Date.now() / 1_000 - numberIn(page, "process_start_time_seconds");
  assert.ok(ageSeconds > 0 && ageSeconds < 86_400, String(ageSeconds));
  measured[Symbol.dispose]();
});

Deno.test("a stall of the process is counted as long as it was", async () => {
  const meter = machine.prometheusMeter();
  using _measured = measureProcess(meter, { name: "doors" });
  const until = performance.now() + 400;
  while (performance.now() < until) { /* Nothing else turns */ }
  await eventually(
    "the stall is seen",
    async () => numberIn(await meter.page(), "headwater_event_loop_lag_seconds_sum") >= 0.25,
  );
});

Deno.test("one stall is no lag that lasts, many are", async () => {
  using measured = measureProcess(machine.silentMeter, { name: "doors" });
  assert.equal(measured.lagMs(), 0);
  function stall(): void {
    const until = performance.now() + 220;
    const { user, system } = process.cpuUsage();
    // Beside others that keep the machine busy it takes longer: what is late by their doing does not count
    for (let used = 0; used < 220_000 || performance.now() < until;) {
      const now = process.cpuUsage();
      used = now.user + now.system - user - system;
    }
  }
  stall();
  await eventually("the stall is seen", () => measured.lagMs() > 0);
  const seen = measured.lagMs();
  await eventually("the lag grows with each of them", () => {
    stall();
    return measured.lagMs() > 70 && measured.lagMs() > seen;
  });
  await eventually("it is forgotten", () => measured.lagMs() < 70);
});
