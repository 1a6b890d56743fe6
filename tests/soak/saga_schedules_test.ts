import assert from "node:assert/strict";
import { optionsOf, reportOf, runSchedules } from "./saga_schedules.ts";

Deno.test("2,000 schedules break no saga of the shop and none that is made up", () => {
  const ran = runSchedules({ seed: 1, schedules: 2_000 });
  if (ran.broken) assert.fail(ran.broken.story);
  assert.equal(ran.schedules, 2_000);
  assert.ok(ran.crashes > 500 && ran.acts > 500, `${ran.crashes} ${ran.acts}`);
});

Deno.test("the last line says how many schedules there were, what broke, and how one is run again", () => {
  const [line] = reportOf({ schedules: 1_000, crashes: 300, acts: 20 }, { seed: 7 });
  assert.equal(
    line,
    "1000 schedules run (seeds 7 to 1006), 300 crashes injected, 20 acts of operators, violations 0; one again: deno task soak sagas --schedules 1 --seed SEED",
  );
  const broken = { seed: 9, story: "it broke" };
  const lines = reportOf({ schedules: 3, crashes: 0, acts: 0, broken }, { seed: 7 });
  assert.equal(lines.at(0), "it broke");
  assert.match(lines.at(-1)!, /violations 1; one again: .* --schedules 1 --seed 9$/);
});

Deno.test("100,000 schedules unless something else is said, which must be a number", () => {
  assert.deepEqual(optionsOf(["--seed", "7"]), { schedules: 100_000, seed: 7 });
  assert.deepEqual(optionsOf(["--seed", "7", "--schedules", "5"]), { schedules: 5, seed: 7 });
  for (const args of [["--schedules", "0"], ["--seed", "x"], ["--help"], ["--orders", "1"]]) {
    assert.equal(optionsOf(args), undefined, args.join(" "));
  }
});
