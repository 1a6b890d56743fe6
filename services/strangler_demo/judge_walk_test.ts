import assert from "node:assert/strict";
import { judgeWalk } from "./judge_walk.ts";
import { type Observation, rolledBackTitle, type Side } from "./observation.ts";
import type { Walked } from "./walk.ts";

const tea = { sku: "TEA", price: 450 };
const report = { samples: 150, mismatchRate: 0, fields: [], examples: [] };

/** 0, 50, a broken release, 0 and 100 per cent, a second each; a hundred customers, two at a time in the end. */
function goodWalk(change: (observation: Observation) => Observation = (same) => same): Walked {
  const titles = ["0 %", "50 %", "broken", rolledBackTitle, "100 %", "alone"];
  const percents = [0, 50, undefined, 0, 100, 100];
  const steps = titles.map((title, index) => ({
    title,
    percent: percents[index],
    from: index * 1_000,
    to: (index + 1) * 1_000,
    outcome: "",
  }));
  const observations = steps.flatMap(({ percent = 50, from }, index) =>
    Array.from({ length: 100 }, (_, customer) => {
      const side: Side = customer < percent ? "new" : "legacy";
      const isBroken = index === 2 && customer % 4 === 0 && side === "new";
      const isWritten = customer % 2 === 0;
      return change({
        kind: "reading",
        subject: `customer-${customer}`,
        sku: `SKU${customer % 20}`,
        status: isBroken ? 500 : 200,
        side,
        isWritten,
        at: from + customer,
        ms: 5,
      });
    })
  );
  return {
    steps,
    observations,
    shadows: {
      first: {
        ...report,
        fields: [{ field: "price", raw: 20 }],
        isSafeToRaise: false,
        verdict: "not safe to raise",
      },
      mended: { ...report, isSafeToRaise: true, verdict: "safe to raise" },
    },
    rollBack: { from: 2_000, to: 3_000, mended: 4_000, reason: "errors" },
    imports: {
      last: { rows: 20, listed: 3, priced: 1, same: 16, position: 9 },
      again: { rows: 20, listed: 0, priced: 0, same: 20, position: 9 },
    },
    aloneFrom: 5_000,
    listed: { shown: [tea, { ...tea, sku: "CUP" }], known: [tea] },
  };
}

function objections(walked: Walked): readonly string[] {
  return judgeWalk(walked).filter(({ holds }) => !holds).map(({ detail }) => detail);
}

Deno.test("a good walk is good", () => {
  assert.deepEqual(objections(goodWalk()), []);
});

Deno.test("a walk is good where the new side fails for what it alone has until it is mended", () => {
  const walk = goodWalk((one) => one.at === 3_002 ? { ...one, status: 500, side: "new" } : one);
  assert.deepEqual(objections(walk), []);
  assert.match(judgeWalk(walk)[0]?.detail ?? "", /then 1 for what it alone has/);
});

const wrongs: readonly { what: string; change(one: Observation): Observation; said: RegExp }[] = [
  {
    what: "a failure of the old side",
    change: (one) => one.at === 2_060 ? { ...one, status: 500 } : one,
    said: /1 did: reading "SKU0" was answered 500 by legacy/,
  },
  {
    what: "a failure of the new side after it was mended",
    change: (one) => one.at === 4_001 ? { ...one, status: 500 } : one,
    said: /1 did/,
  },
  {
    what: "a failure of the new side after the roll-back, for a product that nobody had written",
    change: (one) => one.at === 3_001 ? { ...one, status: 500, side: "new" } : one,
    said: /1 did/,
  },
  {
    what: "no answer at all",
    change: (one) => one.at === 1_001 ? { ...one, status: 0, side: undefined } : one,
    said: /had no answer by nobody/,
  },
  {
    what: "a product that changes sides",
    change: (one) => one.at === 1_002 ? { ...one, objection: "it stays" } : one,
    said: /it stays/,
  },
  {
    what: "a customer on both sides",
    change: (one) => one.at === 1_003 ? { ...one, subject: "customer-91" } : one,
    said: /during "50 %" somebody was on both/,
  },
  {
    what: "a customer who is taken back at a higher share",
    change: (one) => one.at === 4_001 || one.at === 5_001 ? { ...one, side: "legacy" } : one,
    said: /during "100 %" somebody was on the old one who had left it/,
  },
  {
    what: "another share",
    change: (one) => one.at < 1_000 ? { ...one, side: "new" } : one,
    said: /during "0 %" it was 100.0 %/,
  },
  {
    what: "somebody who needs the old shop",
    change: (one) => one.at === 5_002 ? { ...one, side: "legacy" } : one,
    said: /was answered 200 by legacy/,
  },
  {
    what: "a release that is not taken back",
    change: (one) => one.at >= 3_000 && one.at < 3_010 ? { ...one, side: "new" } : one,
    said: /5 customers stayed with it/,
  },
];

for (const { what, change, said } of wrongs) {
  Deno.test(`a walk is not good with ${what}`, () => {
    assert.match(objections(goodWalk(change)).join("\n"), said);
  });
}

Deno.test("a walk is not good whose shadows find nothing, or find what is mended", () => {
  const { shadows, ...walk } = goodWalk();
  const { first, mended } = shadows;
  assert.match(objections({ ...walk, shadows: { first: mended, mended } })[0] ?? "", /first one/);
  assert.match(objections({ ...walk, shadows: { first, mended: first } })[0] ?? "", /mended one/);
});

Deno.test("a walk is not good that carries things over twice, or loses some", () => {
  const walk = goodWalk();
  const { last } = walk.imports;
  assert.match(objections({ ...walk, imports: { last, again: last } })[0] ?? "", /4 of 20/);
  const { known } = walk.listed;
  const listings = [[], [{ ...tea, price: 1 }]];
  for (const shown of listings) {
    assert.match(objections({ ...walk, listed: { shown, known } })[0] ?? "", /"TEA" costs 450/);
  }
});
