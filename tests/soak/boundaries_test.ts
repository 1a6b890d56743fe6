import { deepEqual, equal, match } from "node:assert/strict";
import { boundaryOptionsOf, boundaryReport } from "./boundaries.ts";

const ran = { planned: 339, tried: 110, crashes: 338, exact: 300, missed: [], untried: [] };

Deno.test("the last line says what was tried, what broke, and how it is done again", () => {
  deepEqual(boundaryReport(ran, { seed: 7 }), [
    "110 boundaries tried, 338 crashes of 339 injected (300 of them before the order had gone on), violations 0; again: deno task soak boundaries --seed 7, one alone: deno task soak boundaries --seed 7 --only ID",
  ]);
  const story = { title: "paid", placement: {}, ends: [] };
  const crash = {
    id: "0a1b2c3",
    story,
    after: "payment PaymentCharged",
    victim: "order",
    delayMs: 0,
  };
  const broken = { crash, cause: "it was charged twice" };
  const lines = boundaryReport({ ...ran, broken }, { seed: 7 });
  equal(lines.at(0), "it was charged twice");
  match(lines.at(-1)!, /violations 1; again: .* --seed 7 --only 0a1b2c3$/);
});

Deno.test("what was not reached, and steps at which nothing was tried, are named", () => {
  const lines = boundaryReport({ ...ran, missed: ["one"], untried: ["ship-stock:TEA"] }, {
    seed: 7,
  });
  deepEqual(lines.slice(0, -1), ["not reached: one", "no boundary of these steps: ship-stock:TEA"]);
  // Most of them, where few are tried
  equal(boundaryReport({ ...ran, untried: ["pay"] }, { seed: 7, most: 3 }).length, 1);
});

Deno.test("all of the plan is tried unless something else is said", () => {
  deepEqual(boundaryOptionsOf(["--seed", "7"]), { seed: 7 });
  deepEqual(boundaryOptionsOf(["--seed", "7", "--crashes", "5"]), { seed: 7, most: 5 });
  deepEqual(boundaryOptionsOf(["--seed", "7", "--only", "0a1b2c3"]), { seed: 7, only: "0a1b2c3" });
  for (const args of [["--crashes", "0"], ["--seed", "x"], ["--only", "1"], ["--help"], ["--x"]]) {
    equal(boundaryOptionsOf(args), undefined, args.join(" "));
  }
});
