import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import CircuitBreaker from "opossum";
import { callCost } from "../call_cost.ts";
import { callers, herd, openMs } from "../half_open.ts";

type Contender = {
  readonly case: string;
  readonly peer: string;
  measure(): Promise<readonly number[]>;
};

const rounds = 9;
const msPerRound = 300;

function bare(signal: AbortSignal): Promise<number> {
  return Promise.resolve(signal.aborted ? 0 : 1);
}

const never = new AbortController().signal;

function cockatiel() {
  const retrying = retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() });
  const breaking = circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(20),
  });
  const limiting = bulkhead(64, 512);
  const timing = timeout(2_000, TimeoutStrategy.Aggressive);
  return {
    ...{ retrying, breaking, limiting, timing },
    all: wrap(retrying, limiting, breaking, timing),
  };
}

function opossum(act: (act: () => Promise<number>) => Promise<number>) {
  return new CircuitBreaker(act, {
    ...{ timeout: 2_000, errorThresholdPercentage: 50, volumeThreshold: 20 },
    ...{ resetTimeout: openMs, capacity: 64 },
  });
}

function contenders(): readonly Contender[] {
  const { all, retrying, breaking, limiting, timing } = cockatiel();
  const breaker = opossum((act) => act());
  const cost = (name: string, peer: string, call: () => Promise<unknown>): Contender => ({
    ...{ case: name, peer, measure: () => callCost(call, msPerRound) },
  });
  return [
    cost("stack", "cockatiel", () => all.execute(({ signal }) => bare(signal))),
    cost("stack", "opossum", () => breaker.fire(() => bare(never))),
    cost("deadline", "cockatiel", () => timing.execute(({ signal }) => bare(signal))),
    cost("retry", "cockatiel", () => retrying.execute(({ signal }) => bare(signal))),
    cost("bulkhead", "cockatiel", () => limiting.execute(({ signal }) => bare(signal))),
    cost("breaker", "cockatiel", () => breaking.execute(({ signal }) => bare(signal))),
    {
      ...{ case: "half-open", peer: "cockatiel" },
      async measure() {
        const { breaking } = cockatiel();
        const { reached, refused, slowestMs } = await herd((act) => breaking.execute(act));
        return [reached, refused, slowestMs];
      },
    },
    {
      ...{ case: "half-open", peer: "opossum" },
      async measure() {
        const breaker = opossum((act) => act());
        const { reached, refused, slowestMs } = await herd((act) => breaker.fire(act));
        breaker.shutdown();
        return [reached, refused, slowestMs];
      },
    },
  ];
}

/** Under the names of Headwater's own cases. */
function casesOf(name: string): readonly string[] {
  return name === "half-open"
    ? [
      `half-open, reach the upstream of ${callers}`,
      "half-open, refused",
      "half-open, slowest refusal",
    ]
    : [name, `${name}, allocated`];
}

const results = new Map<string, Record<string, number>>();
for (const contender of contenders()) {
  await contender.measure();
  const measured: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await contender.measure());
  casesOf(contender.case).forEach((name, index) => {
    const values = measured.map((each) => each[index]!).toSorted((one, other) => one - other);
    const peers = results.get(name) ?? {};
    peers[contender.peer] = Number(values[Math.floor(values.length / 2)]!.toPrecision(3));
    results.set(name, peers);
  });
}
const printed = [...results].map(([name, peers]) => ({ case: name, peers }));
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ results: printed })}\n`));
// Timers of theirs go on
Deno.exit(0);
