/** Works for about `ms` milliseconds and gives one value in the unit of its case. */
export type Measurement = (ms: number) => Promise<number>;

/** … or one for each figure of its case. */
type Measurements = (ms: number) => Promise<number | readonly number[]>;

/** What is measured. */
export type Figure = {
  readonly name: string;
  /** For example `appends/s`, or `ms p99` where smaller is better. */
  readonly unit: string;
  /** What stands for all rounds; default: the median. */
  readonly summary?: "median" | "max";
};

export type BenchmarkCase = Figure & {
  /** Further figures of the same work. */
  readonly also?: readonly Figure[];
  /** Default: that of its benchmark. */
  readonly pace?: Pace;
  readonly headwater: Measurements;
  /** The same I/O with the bare driver. */
  readonly twin?: Measurements;
  /** Others in the same run, by name. */
  readonly others?: Readonly<Record<string, Measurements>>;
};

/** Cases that are ready to run, and what they hold open meanwhile. */
export interface OpenBenchmark extends AsyncDisposable {
  readonly cases: readonly BenchmarkCase[];
}

/** How long, and how often, everybody is measured in turn. */
export type Pace = {
  readonly rounds: number;
  readonly msPerRound: number;
  /** Each measurement begins cold, in a process of its own: there is nothing to warm up. */
  readonly isCold?: boolean;
};

export type BenchmarkOptions = {
  /** Folder of another checkout, to be measured in the same run by whoever can. */
  readonly beside?: string | undefined;
  /** How long a history is, for whoever reads one. */
  readonly events?: number | undefined;
  /** Also what takes very long. */
  readonly isLarge?: boolean;
  /** Rivals too, for whoever measures them in turn. */
  readonly hasPeers?: boolean;
};

export type Benchmark = {
  /** As in `deno task bench NAME`; its rivals are measured by `peers/NAME_peers.ts`. */
  readonly name: string;
  /** There are no rivals to measure, or they take their turns with Headwater. */
  readonly withoutPeers?: true;
  /** Default: many short rounds. */
  readonly pace?: Pace;
  open(options: BenchmarkOptions): Promise<OpenBenchmark>;
};

/** One line of the table; the JSON of `--json`. */
export type CaseResult = {
  readonly case: string;
  readonly unit: string;
  readonly headwater: number;
  readonly twin?: number;
  readonly peers?: Readonly<Record<string, number>>;
};

/** Smaller is better where time is measured, or what is allocated. */
export function isCost(unit: string): boolean {
  return ["ms", "µs", "bytes", "% of a core"].some((cost) => unit.startsWith(cost));
}
