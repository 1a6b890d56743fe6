import { equal } from "node:assert/strict";
import { deadlineHeader, passedOnMs, receivedMs } from "./deadline_header.ts";

Deno.test("what is received is how long the caller waits, half a minute at most; what is not understood says nothing", () => {
  const given = {
    "250": 250,
    "0": 0,
    "1000000000": 30_000,
    "999999999999999": 30_000,
    "-1": Infinity,
    "1e9": Infinity,
    "2.5": Infinity,
    "0x10": Infinity,
    "soon": Infinity,
    "250, 300": Infinity,
    "": Infinity,
    ["9".repeat(10_000)]: Infinity,
  };
  for (const [text, ms] of Object.entries(given)) {
    equal(receivedMs(new Headers({ [deadlineHeader]: text })), ms, text);
  }
  equal(receivedMs(new Headers()), Infinity);
  const waiting = { [deadlineHeader]: "999999", "X-Min-Position": "7", Prefer: "wait=20" };
  equal(receivedMs(new Headers(waiting)), 50_000);
});

Deno.test("what is passed on leaves time for the way, and nothing where there is too little", () => {
  equal(passedOnMs(3_000), 2_980);
  equal(passedOnMs(99.9), 79);
  equal(passedOnMs(30), 10);
  equal(passedOnMs(29.9), undefined);
  equal(passedOnMs(-5), undefined);
});
