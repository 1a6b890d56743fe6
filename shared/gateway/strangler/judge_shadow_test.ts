import assert from "node:assert/strict";
import { judgeShadow } from "./judge_shadow.ts";

function judged(
  { samples = 1_000, noiseSamples = 100, raw = 0, noise = 0 }: {
    readonly samples?: number;
    readonly noiseSamples?: number;
    readonly raw?: number;
    readonly noise?: number;
  },
) {
  return judgeShadow({
    ...{ route: "catalog", since: null, dropped: 0, examples: [] },
    ...{ samples, noiseSamples, mismatches: raw },
    fields: raw + noise === 0 ? [] : [{ field: "body.price", raw, noise }],
  });
}

Deno.test("a hundred samples without a difference are safe to raise, fewer say nothing", () => {
  assert.equal(judged({ samples: 100 }).verdict, "safe to raise");
  assert.equal(judged({ samples: 99 }).isSafeToRaise, false);
  assert.match(judged({ samples: 99 }).verdict, /not known/);
});

Deno.test("a field counts where it differs by more than a fifth and 0.03 % more often than from itself", () => {
  const cases = [
    // As often as the legacy side differs from itself
    { raw: 100, noise: 10, counts: false },
    { raw: 50, noise: 10, counts: false },
    // (0.15 - 0.1) / (0.15 + 0.1) is a fifth, and not more
    { raw: 150, noise: 10, counts: false },
    { raw: 151, noise: 10, counts: true },
    { raw: 1, noise: 0, counts: true },
  ];
  for (const { raw, noise, counts } of cases) {
    const { fields: [field], isSafeToRaise } = judged({ raw, noise });
    assert.deepEqual([field?.counts, isSafeToRaise], [counts, !counts], `${raw}, ${noise}`);
  }
  const rare = { samples: 10_000, noiseSamples: 1_000 };
  assert.equal(judged({ ...rare, raw: 3 }).fields[0]?.counts, false);
  assert.equal(judged({ ...rare, raw: 4 }).fields[0]?.counts, true);
});

Deno.test("what counts is shown first, and the rate is of all samples", () => {
  const { fields, mismatchRate } = judgeShadow({
    ...{ route: "catalog", since: null, dropped: 0, examples: [] },
    ...{ samples: 200, noiseSamples: 20, mismatches: 100 },
    fields: [{ field: "body.at", raw: 100, noise: 10 }, { field: "status", raw: 3, noise: 0 }],
  });
  assert.deepEqual(fields.map(({ field }) => field), ["status", "body.at"]);
  assert.equal(mismatchRate, 0.5);
});
