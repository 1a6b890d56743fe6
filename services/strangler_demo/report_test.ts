import { palette } from "@shop/demo";
import assert from "node:assert/strict";
import type { Observation } from "./observation.ts";
import { figuresOf, reportLines } from "./report.ts";

const answered: Observation = {
  kind: "reading",
  subject: "customer-1",
  sku: "TEA",
  status: 200,
  side: "legacy",
  isWritten: false,
  at: 5,
  ms: 20.4,
};
const step = { title: "10 %", percent: 10, from: 0, to: 10, outcome: "it went well" };

Deno.test("a step's figures are of what was sent during it", () => {
  const observations = [
    ...[1, 2, 3].map((ms) => ({ ...answered, ms })),
    { ...answered, side: "new" as const, status: 500 },
    { ...answered, at: 10 },
  ];
  assert.deepEqual(figuresOf(step, observations), {
    step: "10 %",
    requests: 4,
    newSide: { customers: 100, answers: 25 },
    failed: 1,
    p95: { legacy: 3, new: null },
    outcome: "it went well",
  });
});

Deno.test("the report is a table of the steps, and says whether all holds", () => {
  const figures = [figuresOf(step, [answered])];
  const verdicts = [{ name: "nobody noticed", holds: true, detail: "1 request" }];
  const paint = palette({ colour: false });
  assert.deepEqual(reportLines({ figures, verdicts, durationMs: 1_500 }, paint), [
    "",
    "                   of the new side",
    "      requests  customers  answers  failed  p95 old  p95 new",
    "10 %         1      0.0 %    0.0 %       0    20 ms        –",
    "  it went well",
    "",
    "✓ nobody noticed  1 request",
    "",
    "All holds: the catalogue has taken over from the old shop in 1.5 s",
  ]);
  const wrong = verdicts.map((verdict) => ({ ...verdict, holds: false }));
  assert.match(
    reportLines({ figures, verdicts: wrong, durationMs: 1 }, paint).at(-1)!,
    /1 of 1 do not hold/,
  );
});
