import type { Verdict } from "@shop/judge";
import { during, isFailed, type Observation, rolledBackTitle, subjectsOf } from "./observation.ts";
import type { Walked } from "./walk.ts";

/** What must hold of everything that was seen on the way. */
export function judgeWalk(walked: Walked): readonly Verdict[] {
  return [
    noneFailed(walked),
    productsStay(walked),
    customersStay(walked),
    shareIsKept(walked),
    shadowsTell(walked),
    brokenReleaseIsTakenBack(walked),
    importsRepeat(walked),
    everythingIsListed(walked),
    nothingIsLeft(walked),
  ];
}

function verdict(
  name: string,
  { objection, detail }: { readonly objection: string | undefined; readonly detail: string },
): Verdict {
  return { name, holds: objection === undefined, detail: objection ?? detail };
}

/**
 * But for what the broken release answered before it was taken back; and after that until it was mended, for products
 * that stay with the new side, since only that one has them.
 */
function noneFailed({ observations, rollBack: { from, to, mended } }: Walked): Verdict {
  const failed = observations.filter(isFailed);
  const byRelease = failed.filter(({ kind, side, status, objection, at, ms }) =>
    kind === "reading" && side === "new" && status === 500 && objection === undefined &&
    at + ms >= from
  );
  const before = byRelease.filter(({ at }) => at < to);
  const after = byRelease.filter(({ at, isWritten }) => at >= to && at < mended && isWritten);
  const others = failed.filter((each) => !before.includes(each) && !after.includes(each));
  return verdict("no request failed but by the broken release", {
    objection: others[0] && `${others.length} did: ${described(others[0])}`,
    detail: `of ${observations.length} it failed ${before.length} until it was taken back, ` +
      `then ${after.length} for what it alone has`,
  });
}

function productsStay({ observations }: Walked): Verdict {
  const written = observations.filter(({ isWritten }) => isWritten);
  const products = new Set(written.map(({ sku }) => sku));
  const [first] = written.filter(({ objection }) => objection !== undefined);
  return verdict("a product stays where it was written, at its price", {
    objection: first?.objection ??
      (products.size < 10 ? `${products.size} were written, which shows nothing` : undefined),
    detail: `${written.length} requests for ${products.size} products`,
  });
}

/** Each customer is on one side at a time, and raising the share takes nobody back. */
function customersStay({ steps, observations }: Walked): Verdict {
  const raised = steps.filter(({ percent }) => percent !== undefined).map((step) => ({
    ...step,
    served: subjectsOf(during(step, observations)),
  }));
  const torn = raised.find(({ served }) => !served.legacy.isDisjointFrom(served.new));
  const back = raised.find(({ percent = 0, served }) =>
    raised.some((lower) =>
      (lower.percent ?? 0) <= percent && !lower.served.new.isDisjointFrom(served.legacy)
    )
  );
  const seen = new Set(raised.flatMap(({ served }) => [...served.legacy, ...served.new]));
  return verdict(
    "a higher share takes no customer back",
    {
      objection: torn
        ? `during "${torn.title}" somebody was on both`
        : back && `during "${back.title}" somebody was on the old one who had left it`,
      detail: `${seen.size} customers`,
    },
  );
}

/** Four standard deviations: of as many customers as were seen, each is on the new side by the share's chance. */
function shareIsKept({ steps, observations }: Walked): Verdict {
  const shares = steps.flatMap(({ title, percent, ...step }) => {
    if (percent === undefined) return [];
    const served = subjectsOf(during(step, observations));
    const count = served.legacy.union(served.new).size;
    const found = count === 0 ? NaN : served.new.size / count * 100;
    const tolerance = 4 * Math.sqrt(percent * (100 - percent) / count);
    return [{ title, percent, found, isKept: Math.abs(found - percent) <= tolerance }];
  });
  const wrong = shares.find(({ isKept }) => !isKept);
  const between = shares.filter(({ percent }) => percent > 0 && percent < 100);
  return verdict("the share is what was decided", {
    objection: wrong && `during "${wrong.title}" it was ${wrong.found.toFixed(1)} %`,
    detail: between.map(({ percent, found }) => `${percent} %: ${found.toFixed(1)} %`).join(", "),
  });
}

function shadowsTell({ shadows: { first, mended } }: Walked): Verdict {
  const [found] = first.fields;
  return verdict(
    "the shadow finds the import's mistake, and no other",
    {
      objection: first.isSafeToRaise || found?.field.includes("price") !== true
        ? `it says of the first one: ${first.verdict}`
        : mended.isSafeToRaise
        ? undefined
        : `it says of the mended one: ${mended.verdict}`,
      detail: `${first.verdict}; ${mended.verdict}`,
    },
  );
}

function brokenReleaseIsTakenBack({ steps, observations, rollBack }: Walked): Verdict {
  const ms = rollBack.to - rollBack.from;
  const after = steps.find(({ title }) => title === rolledBackTitle);
  const stayed = after ? subjectsOf(during(after, observations)).new.size : 1;
  return verdict("the broken release is taken back by itself", {
    objection: stayed > 0 ? `${stayed} customers stayed with it` : undefined,
    detail: `after ${(ms / 1_000).toFixed(1)} s: ${rollBack.reason}`,
  });
}

function importsRepeat({ imports: { last, again } }: Walked): Verdict {
  const twice = again.listed + again.priced;
  return verdict("nothing is carried over twice", {
    objection: twice > 0 || again.rows !== last.rows
      ? `${twice} of ${again.rows} were carried over again`
      : undefined,
    detail: `${again.rows} rows, ${again.same} as they were`,
  });
}

function everythingIsListed({ listed: { shown, known } }: Walked): Verdict {
  const prices = new Map(shown.map(({ sku, price }) => [sku, price]));
  const wrong = known.find(({ sku, price }) => prices.get(sku) !== price);
  return verdict("the catalogue lists every product at its price", {
    objection: wrong
      ? `"${wrong.sku}" costs ${wrong.price}, and is listed at ${prices.get(wrong.sku)}`
      : shown.length < known.length || known.length === 0
      ? `${shown.length} are listed, ${known.length} are known`
      : undefined,
    detail: `${shown.length} products`,
  });
}

function nothingIsLeft({ observations, aloneFrom }: Walked): Verdict {
  const since = observations.filter(({ at }) => at >= aloneFrom);
  const others = since.filter(({ side }) => side !== "new");
  return verdict("nobody needs the old shop any more", {
    objection: since.length === 0
      ? "nobody asked for anything since"
      : others[0] && described(others[0]),
    detail: `${since.length} requests since it is off`,
  });
}

function described({ kind, sku, status, problem, side, objection }: Observation): string {
  const said = problem === undefined ? "" : ` (${problem})`;
  const answer = status === 0 ? "had no answer" : `was answered ${status}${said}`;
  return `${kind} "${sku}" ${answer} by ${side ?? "nobody"}${objection ? `: ${objection}` : ""}`;
}
