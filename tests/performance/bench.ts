import { cpus } from "node:os";
import { join } from "node:path";
import { appendBench } from "./append_bench.ts";
import type { Benchmark, BenchmarkOptions, CaseResult, Pace } from "./benchmark.ts";
import { commandsBench } from "./commands_bench.ts";
import { consoleBench } from "./console_bench.ts";
import { eventstoreBench } from "./eventstore_bench.ts";
import { gatewayBench } from "./gateway_bench.ts";
import { idleBench } from "./idle_bench.ts";
import { measure } from "./measure.ts";
import { overloadBench } from "./overload_bench.ts";
import { projectionsBench } from "./projections_bench.ts";
import { withPeers } from "./peer_results.ts";
import { resilienceBench } from "./resilience_bench.ts";
import { resultTable } from "./result_table.ts";
import { sagasBench } from "./sagas_bench.ts";
import { shopBench } from "./shop_bench.ts";

const benchmarks: readonly Benchmark[] = [
  appendBench,
  commandsBench,
  eventstoreBench,
  shopBench,
  projectionsBench,
  overloadBench,
  sagasBench,
  gatewayBench,
  resilienceBench,
  consoleBench,
  idleBench,
];

const usualPace: Pace = { rounds: 15, msPerRound: 400 };
const besideFlag = "--beside=";
const eventsFlag = "--events=";
const largeFlag = "--large";

const help = `deno task bench [NAME …] [--json] [--peers] [--beside=FOLDER]

Measures ${benchmarks.map(({ name }) => `"${name}"`).join(", ")}; default: all of them.

  --json           one JSON object per benchmark instead of a table
  --peers          rivals in the same run, where there are any
  --beside=FOLDER  another checkout in the same run, for "shop", "projections", "overload" and "idle"
  --events=N       how long a history "projections" and "console" have; default 1,000,000
  --large          and from one of 5,000,000
`;

if (import.meta.main) Deno.exitCode = await bench(Deno.args);

async function bench(args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith("-"));
  const names = args.filter((arg) => !arg.startsWith("-"));
  if (flags.includes("--help")) return print(help);
  const unknown = [
    ...flags.filter((flag) =>
      !["--json", "--peers", largeFlag].includes(flag) && !flag.startsWith(besideFlag) &&
      !/^--events=[1-9]\d*$/.test(flag)
    ),
    ...names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name)),
  ];
  if (unknown.length > 0) {
    report(`Cannot run benchmarks: "${unknown[0]}" is not known\n\n${help}`);
    return 2;
  }
  const beside = flags.find((flag) => flag.startsWith(besideFlag))?.slice(besideFlag.length);
  if (beside !== undefined && !await isCheckout(beside)) {
    report(`Cannot measure beside "${beside}": there is no deno.json, it must be a checkout\n`);
    return 2;
  }
  const events = flags.find((flag) => flag.startsWith(eventsFlag))?.slice(eventsFlag.length);
  const options: BenchmarkOptions = {
    beside,
    events: events === undefined ? undefined : Number(events),
    isLarge: flags.includes(largeFlag),
    hasPeers: flags.includes("--peers"),
  };
  for (const benchmark of benchmarks) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    let results = await run(benchmark, options);
    if (flags.includes("--peers") && !benchmark.withoutPeers) {
      results = await withPeers(benchmark.name, results);
    }
    const machine = describeMachine();
    print(
      flags.includes("--json")
        ? `${JSON.stringify({ bench: benchmark.name, machine, results })}\n`
        : `\n${benchmark.name} on ${machine}\n\n${resultTable(results)}`,
    );
  }
  return 0;
}

async function isCheckout(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(join(folder, "deno.json"))).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(benchmark: Benchmark, options: BenchmarkOptions): Promise<CaseResult[]> {
  await using opened = await benchmark.open(options);
  const results: CaseResult[] = [];
  for (const one of opened.cases) {
    report(`${benchmark.name}: ${one.name} …\n`);
    results.push(...await measure(one, one.pace ?? benchmark.pace ?? usualPace));
  }
  return results;
}

function describeMachine(): string {
  const processors = cpus();
  const { os, arch } = Deno.build;
  return `${processors.length} × ${processors[0]?.model}, ${os} ${arch}, Deno ${Deno.version.deno}`;
}

function print(text: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
  return 0;
}

/** Progress goes beside the results, so that those can be piped on. */
function report(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
