import { machine } from "@headwater/core";
import process from "node:process";
import { getHeapStatistics } from "node:v8";

const loopLag = machine.metric({
  kind: "histogram",
  name: "headwater_event_loop_lag_seconds",
  help:
    "How late a timer of this process was: so long nothing in it was answered. From 0.07 on it has too much to do",
  labels: [],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.07, 0.1, 0.25, 0.5, 1, 2.5],
});
const info = machine.metric({
  kind: "gauge",
  name: "headwater_process_info",
  help: "1: what runs here",
  labels: ["name", "deno"],
});
// Names that every dashboard of a Prometheus knows
const resident = machine.metric({
  kind: "gauge",
  name: "process_resident_memory_bytes",
  help: "Memory of this process",
  labels: [],
});
const heapUsed = machine.metric({
  kind: "gauge",
  name: "headwater_heap_used_bytes",
  help: "What V8's heap holds, garbage included",
  labels: [],
});
const heapLimit = machine.metric({
  kind: "gauge",
  name: "headwater_heap_limit_bytes",
  help: "Where V8 ends the process",
  labels: [],
});
const cpu = machine.metric({
  kind: "counter",
  name: "process_cpu_seconds_total",
  help: "Of the processor, by this process",
  labels: [],
});
const startTime = machine.metric({
  kind: "gauge",
  name: "process_start_time_seconds",
  help: "When this process started, seconds since 1970",
  labels: [],
});

/** Short enough to see each stall that a person would notice; ten turns a second cost nothing that can be measured. */
const everyMs = 100;

/** How much of each measurement is believed: one stall of a quarter of a second is no lag yet that lasts. */
const believed = 0.25;

/** What is known of this process, until it is disposed. */
export type MeasuredProcess = Disposable & {
  /**
   * Milliseconds that its timers are late of late by its own doing: as much of it as it had the processor meanwhile. What
   * waits for others' programs has not too much to do.
   */
  lagMs(): number;
};

/** Measures this operating-system process, until it is disposed. `node:perf_hooks` measures no lag on Deno. */
export function measureProcess(
  meter: machine.Meter,
  { name }: { readonly name: string },
): MeasuredProcess {
  const lag = meter.histogram(loopLag)({});
  let due = performance.now() + everyMs;
  let lagMs = 0;
  let usedMs = processorMs();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = Math.max(0, now - due);
    lag.note(late / 1_000);
    const used = processorMs();
    lagMs += believed * (late * Math.min(1, (used - usedMs) / (late + everyMs)) - lagMs);
    usedMs = used;
    due = now + everyMs;
  }, everyMs);
  const observed = meter.observe(
    [info, resident, heapUsed, heapLimit, cpu, startTime],
    (say) => {
      const { rss, heapUsed: used } = Deno.memoryUsage();
      say(info, 1, { name, deno: Deno.version.deno });
      say(resident, rss, {});
      say(heapUsed, used, {});
      say(heapLimit, getHeapStatistics().heap_size_limit, {});
      say(cpu, processorMs() / 1_000, {});
      say(startTime, performance.timeOrigin / 1_000, {});
    },
  );
  return {
    lagMs: () => lagMs,
    [Symbol.dispose]() {
      clearInterval(timer);
      observed[Symbol.dispose]();
    },
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
