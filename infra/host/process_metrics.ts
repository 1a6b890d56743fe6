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

/** Measures this operating-system process, until it is disposed. `node:perf_hooks` measures no lag on Deno. */
export function measureProcess(
  meter: machine.Meter,
  { name }: { readonly name: string },
): Disposable {
  const lag = meter.histogram(loopLag)({});
  let due = performance.now() + everyMs;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.note(Math.max(0, now - due) / 1_000);
    due = now + everyMs;
  }, everyMs);
  const observed = meter.observe(
    [info, resident, heapUsed, heapLimit, cpu, startTime],
    (say) => {
      const { rss, heapUsed: used } = Deno.memoryUsage();
      const { user, system } = process.cpuUsage();
      say(info, 1, { name, deno: Deno.version.deno });
      say(resident, rss, {});
      say(heapUsed, used, {});
      say(heapLimit, getHeapStatistics().heap_size_limit, {});
      say(cpu, (user + system) / 1_000_000, {});
      say(startTime, performance.timeOrigin / 1_000, {});
    },
  );
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      observed[Symbol.dispose]();
    },
  };
}
