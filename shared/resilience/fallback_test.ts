import { deepEqual, equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, Refusal, Unavailable } from "@headwater/core";
import { staleAnswers, withFallback } from "./fallback.ts";

function setUp() {
  let now = 0;
  const stale = staleAnswers<string>({ sizeOf: ({ length }) => length, now: () => now });
  return { stale, pass: (ms: number) => void (now += ms) };
}

const down = new Unavailable("down");

function fails(error: Error): () => Promise<string> {
  return () => Promise.reject(error);
}

Deno.test("what was answered of late is answered once more, and says how old it is and why", async () => {
  const { stale, pass } = setUp();
  const kept = { stale, key: "order" };
  deepEqual(await withFallback(() => Promise.resolve("shipped"), kept), {
    is: "fresh",
    answer: "shipped",
  });
  pass(60_000);
  for (const error of [down, new DeadlineExceeded("late")]) {
    deepEqual(await withFallback(fails(error), kept), {
      ...{ is: "stale", answer: "shipped", ageMs: 60_000, error },
    });
  }
  pass(1);
  await rejects(withFallback(fails(down), kept), (error) => error === down);
});

Deno.test("without one, what was declared is answered, marked as that", async () => {
  const { stale } = setUp();
  deepEqual(await withFallback(fails(down), { stale, key: "order", instead: "unknown" }), {
    ...{ is: "default", answer: "unknown", error: down },
  });
});

Deno.test("what is wrong with the request, or with the code, is told", async () => {
  for (const error of [new Refusal("order-unknown", "no"), new TypeError("a bug")]) {
    await rejects(
      withFallback(fails(error), { instead: "unknown" }),
      (thrown) => thrown === error,
    );
  }
});

Deno.test("what is forgotten, too large, or pushed out by others is not there any more", () => {
  const { stale } = setUp();
  stale.keep("gone", "x");
  stale.forget("gone");
  stale.keep("large", "x".repeat(70_000));
  for (let one = 0; one < 100; one++) stale.keep(`many ${one}`, "x".repeat(60_000));
  equal(stale.find("gone"), undefined);
  equal(stale.find("large"), undefined);
  equal(stale.find("many 0"), undefined);
  equal(stale.find("many 99")?.ageMs, 0);
});
