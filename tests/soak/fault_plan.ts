import { type Chances, seededRandom } from "@shop/demo";

/** What happens to the shop from outside. */
export type Fault = {
  /** `kill`: kill -9. `restart`: asked to end, and started again. `freeze`: stopped for a while, as SIGSTOP does. */
  readonly act: "kill" | "freeze" | "restart";
  /** `PostgreSQL`, or a process of the shop. */
  readonly victim: string;
  /** How long it is frozen. */
  readonly frozenMs?: number;
};

export type PlannedFault = Fault & {
  /** It strikes when so many orders of its phase were placed … */
  readonly afterPlaced: number;
  /** … and so many milliseconds have passed: between two commands, or while their consequences go on. */
  readonly pauseMs: number;
};

export type Phase = {
  /** Share of all orders with which it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** Index of its first order, and of the first one that is not its own any more. */
  readonly firstOrder: number;
  readonly endOrder: number;
  readonly faults: readonly PlannedFault[];
};

const shares = [0, 0.1, 0.25, 0.5, 0.75, 1];
/** Of orders: so many of a phase bring another round of faults. */
const ordersPerRound = 3_000;
const longestPauseMs = 300;
const shortestFreezeMs = 1_000;
const longestFreezeMs = 5_000;
/** Of orders: so near to the end of its phase strikes the last fault of it. */
const lastOrders = 16;

/**
 * What is placed in which phase, and what happens meanwhile; the same for the same seed. The first phase is left alone,
 * in the second one every process is killed. From then on, since memory is compared, it is PostgreSQL's turn alone, and
 * each way of harming it comes last in one phase.
 */
export function planPhases(
  { orders, processes, seed }: {
    readonly orders: number;
    /** Those that are killed. */
    readonly processes: readonly string[];
    readonly seed: number;
  },
): readonly Phase[] {
  const chances = seededRandom(seed);
  const harms = shuffled<Fault["act"]>(["kill", "freeze", "restart"], chances);
  return shares.slice(1).map((to, index) => {
    const from = shares[index]!;
    const [firstOrder, endOrder] = [Math.round(from * orders), Math.round(to * orders)];
    const size = endOrder - firstOrder;
    const rounds = Math.max(1, Math.round(size / ordersPerRound));
    const faults = index === 0
      ? []
      : index === 1
      ? shuffled(processes, chances).map((victim): Fault => ({ act: "kill", victim }))
      : harmsOfPostgres(harms, { last: harms[index % harms.length]!, rounds, chances });
    return { from, to, firstOrder, endOrder, faults: inTime(faults, { size, chances }) };
  });
}

function harmsOfPostgres(
  harms: readonly Fault["act"][],
  { last, rounds, chances }: {
    readonly last: Fault["act"];
    readonly rounds: number;
    readonly chances: Chances;
  },
): readonly Fault[] {
  const others = harms.filter((act) => act !== last);
  const all = Array.from(
    { length: rounds },
    (_, round) =>
      round < rounds - 1 ? shuffled(harms, chances) : [...shuffled(others, chances), last],
  );
  return all.flat().map((act) => ({
    act,
    victim: "PostgreSQL",
    ...(act === "freeze" && {
      frozenMs: shortestFreezeMs + chances.whole(longestFreezeMs - shortestFreezeMs),
    }),
  }));
}

/** One in each of as many parts of the phase, the last one as its last orders are placed. */
function inTime(
  faults: readonly Fault[],
  { size, chances }: { readonly size: number; readonly chances: Chances },
): readonly PlannedFault[] {
  return faults.map((fault, index) => ({
    ...fault,
    afterPlaced: index === faults.length - 1
      ? size - 1 - chances.whole(Math.min(lastOrders, size))
      : Math.floor(size * (index + chances.next()) / faults.length),
    pauseMs: chances.whole(longestPauseMs),
  }));
}

function shuffled<Item>(items: readonly Item[], chances: Chances): readonly Item[] {
  const left = [...items];
  return items.map(() => left.splice(chances.whole(left.length), 1)[0]!);
}
