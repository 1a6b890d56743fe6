import fc from "fast-check";
import assert from "node:assert/strict";
import { bucketOf, type Side, sideOf } from "./side_of.ts";

const route = fc.string({ minLength: 1, maxLength: 20 });
const subject = fc.string({ maxLength: 40 });
const percent = fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100);
const side = fc.constantFrom<Side>("legacy", "new");
const some = fc.option(side, { nil: undefined });
const subjects = 100_000;

function bucketSide(percent: number, facts: { readonly route: string; readonly subject: string }) {
  return sideOf({ percent, isKilled: false }, facts).side;
}

Deno.test("who has gone to one side goes there each time, and to the new one at every higher percentage", () => {
  fc.assert(fc.property(route, subject, percent, percent, (route, subject, one, other) => {
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    const facts = { route, subject };
    assert.equal(bucketSide(low, facts), bucketSide(low, facts));
    if (bucketSide(low, facts) === "new") assert.equal(bucketSide(high, facts), "new");
    assert.equal(bucketSide(0, facts), "legacy");
    assert.equal(bucketSide(100, facts), "new");
  }));
});

Deno.test("of a hundred thousand subjects as many are new as the percentage says, to 1 in a hundred", () => {
  // Names as they are: numbers one after the other, and what has nothing in common
  const families = [
    (index: number) => `customer-${index}`,
    (index: number) => String(index),
    (index: number) => `${(index * 2_654_435_761) % 2 ** 32}@${index % 7}.example`,
  ];
  fc.assert(
    fc.property(route, percent, fc.constantFrom(...families), (route, percent, nameOf) => {
      let found = 0;
      for (let index = 0; index < subjects; index++) {
        if (bucketSide(percent, { route, subject: nameOf(index) }) === "new") found++;
      }
      assert.ok(Math.abs(found / subjects * 100 - percent) <= 1, `${found} at ${percent} %`);
    }),
    { numRuns: 20 },
  );
});

Deno.test("raising the percentage by a hundredth adds one bucket of ten thousand, and no other", () => {
  for (let hundredths = 0; hundredths < 10_000; hundredths++) {
    const facts = { route: "catalog", subject: `customer-${hundredths}` };
    const bucket = bucketOf(facts.route, facts.subject);
    assert.equal(bucketSide(bucket / 100, facts), "legacy");
    assert.equal(bucketSide((bucket + 1) / 100, facts), "new");
  }
});

Deno.test("two routes do not send the same subjects first", () => {
  const first = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`)
    .filter((subject) => bucketSide(10, { route: "catalog", subject }) === "new");
  const both = first.filter((subject) => bucketSide(10, { route: "orders", subject }) === "new");
  assert.ok(both.length < 0.2 * first.length, `${both.length} of ${first.length}`);
});

Deno.test("a kill switch comes first, then a trusted header, a cookie, the entity's pin, and the bucket last", () => {
  fc.assert(
    fc.property(
      percent,
      fc.boolean(),
      some,
      some,
      some,
      (percent, isKilled, header, cookie, pin) => {
        const facts = { route: "catalog", subject: "customer-1", header, cookie, pin };
        const expected = isKilled
          ? { side: "legacy", why: "killed" }
          : header
          ? { side: header, why: "header" }
          : cookie
          ? { side: cookie, why: "cookie" }
          : pin
          ? { side: pin, why: "pin" }
          : {
            side: bucketSide(percent, { route: "catalog", subject: "customer-1" }),
            why: "bucket",
          };
        assert.deepEqual(sideOf({ percent, isKilled }, facts), expected);
      },
    ),
  );
});
