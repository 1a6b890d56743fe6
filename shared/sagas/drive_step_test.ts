import { deepEqual, equal } from "node:assert/strict";
import type { Question } from "./step.ts";
import { given, late, outcomes, untilEnd } from "./testing/limited_errands.ts";
import { ProcessTestBed } from "./testing/process_test_bed.ts";

/** Asks the messenger, whose answer is the outcome. */
const ask: Question = {
  service: "messenger",
  path: "/errands/milk",
  read: ({ body }) => (body as { is?: ReturnType<Question["read"]> }).is,
};

Deno.test("who gave no answer is asked, and what it has done is not sent again", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = late;
  bed.question = () => Response.json({ is: "done" });
  await given(bed, { ask });
  await untilEnd(bed);
  deepEqual(await bed.progress("milk"), ["Started", "run"]);
  deepEqual(bed.requests.map(({ method }) => method), ["POST", "GET"]);
});

Deno.test("what the service says it has refused is refused", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = late;
  bed.question = () => Response.json({ is: "refused" });
  await given(bed, { ask });
  await untilEnd(bed);
  deepEqual(await outcomes(bed), [[
    "refused",
    "asked-refused",
    "asked, the service says: refused",
  ]]);
});

Deno.test("what was not done is sent again under its id, and is failed when that is in vain", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = late;
  bed.question = () => Response.json({ is: "not done" });
  await given(bed, { ask, attempts: 2 });
  await untilEnd(bed);
  deepEqual(await outcomes(bed), [["failed", "deadline-exceeded", "no answer in time"]]);
  deepEqual(bed.requests.map(({ method }) => method), ["POST", "GET", "POST", "GET"]);
  const keys = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  equal(keys[0], keys[2]);
});

Deno.test("what only sending it again can tell is sent again, and is unknown when that is in vain", async () => {
  await using bed = new ProcessTestBed();
  let sent = 0;
  bed.messenger = () => {
    sent += 1;
    return sent < 3 ? late() : Response.json({ code: "messenger-away" }, { status: 503 });
  };
  bed.question = () => Response.json({ is: "send again" });
  await given(bed, { ask, attempts: 3 });
  await untilEnd(bed);
  deepEqual(
    bed.requests.map(({ method }) => method),
    ["POST", "GET", "GET", "POST", "GET", "GET", "POST"],
  );
  deepEqual(await outcomes(bed), [["unknown", "messenger-away", "messenger-away:"]]);
});

Deno.test("while nobody knows it is asked and not sent, until somebody does or all attempts are used up", async () => {
  for (const answer of ["done", undefined] as const) {
    await using bed = new ProcessTestBed();
    bed.messenger = late;
    let asked = 0;
    bed.question = () => {
      asked += 1;
      if (asked === 1) return Response.json({ is: "?" }, { status: 500 });
      return Response.json({ is: asked === 3 ? answer : undefined });
    };
    await given(bed, { ask });
    await untilEnd(bed);
    deepEqual(bed.requests.map(({ method }) => method), ["POST", "GET", "GET", "GET"]);
    const why = 'asked, "messenger" does not know whether it was done: http-200: {}';
    deepEqual(await outcomes(bed), answer ? [] : [["unknown", "http-200", why]]);
  }
});
