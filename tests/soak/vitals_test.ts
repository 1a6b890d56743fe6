import { deepEqual, equal } from "node:assert/strict";
import { longer, type Vitals, vitalsIn, vitalsLine } from "./vitals.ts";

const vitals: Vitals = {
  part: "order",
  pid: 17,
  port: 4_000,
  rssBytes: 100_000_000,
  heapBytes: 20_000_000,
  isCollected: true,
  stall: { ms: 12.5, cpuMs: 3 },
};

Deno.test("what a process says of itself is found among its other lines", () => {
  const line = vitalsLine(vitals);
  equal(line.indexOf("\n"), line.length - 1);
  deepEqual(vitalsIn(line), vitals);
  equal(vitalsIn('{"level":"warn","message":"A projection is waiting"}\n'), undefined);
});

Deno.test("of two stalls the longer one counts, however much of it was work", () => {
  const [idle, busy] = [{ ms: 80, cpuMs: 1 }, { ms: 60, cpuMs: 60 }];
  equal(longer(idle, busy), idle);
  equal(longer(busy, idle), idle);
});
