import { cpuTime } from "../cpu_time.ts";
import { createDatabase } from "./postgres_database.ts";
import { median, rate } from "./rate.ts";
import type { TripPeer } from "./trip_peer.ts";

type Place = {
  /** Empty. */
  readonly directory: string;
  /** Of an empty PostgreSQL database. */
  readonly databaseUrl: string;
  /** Of another one, for those who take part. */
  readonly deedsUrl: string;
};

const peers: Readonly<Record<string, (place: Place) => Promise<TripPeer>>> = {
  async dbos(place) {
    const { openDbos } = await import("./dbos_trips.ts");
    return await openDbos(place);
  },
  async restate(place) {
    const { openRestate } = await import("./restate_trips.ts");
    return await openRestate(place);
  },
  async "restate-objects"(place) {
    const { openRestateObjects } = await import("./restate_trips.ts");
    return await openRestateObjects(place);
  },
};

const rounds = 5;
const msPerRound = 2_000;
const inFlight = 50;

type Result = { readonly case: string; readonly unit: string; readonly value: number };

if (import.meta.main) await comparePeers();

/** Measures every rival, one after the other, and prints `{"results": [{"case", "unit", "peers"}]}`. */
async function comparePeers(): Promise<void> {
  const serverUrl = Deno.env.get("PEERS_DATABASE_URL");
  if (!serverUrl) throw new Error('Cannot measure the rivals: "PEERS_DATABASE_URL" is not set');
  // Our answer is on stdout
  // deno-lint-ignore no-console
  console.log = console.info = () => {};
  const results = new Map<string, Omit<Result, "value"> & { peers: Record<string, number> }>();
  for (const [name, open] of Object.entries(peers)) {
    await withPeer({ name, open, serverUrl }, async (peer) => {
      for (const { value, ...of } of await measured(peer)) {
        const known = results.get(of.case + of.unit) ?? { ...of, peers: {} };
        known.peers[name] = Number(value.toPrecision(3));
        results.set(of.case + of.unit, known);
        await report(`${name}: ${of.case} ${value.toPrecision(3)} ${of.unit}\n`);
      }
    });
  }
  const output = JSON.stringify({ results: [...results.values()] });
  await Deno.stdout.write(new TextEncoder().encode(`${output}\n`));
}

/** What it takes of the processors is counted from who started this process, as PostgreSQL was started there. */
async function measured(peer: TripPeer): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [suffix, isFull] of [["", false], [" compensate", true]] as const) {
    const tookMs = await latencies(peer, isFull);
    results.push({ case: `single${suffix}`, unit: "ms p50", value: percentile(tookMs, 0.5) });
    results.push({ case: `single${suffix}`, unit: "ms p99", value: percentile(tookMs, 0.99) });
  }
  for (const [name, isFull] of [["success", false], ["compensate", true]] as const) {
    const rates: number[] = [];
    const cpuMs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const before = await cpuTime(Deno.ppid);
      const { perSecond, done, failed } = await rate(() => book(peer, isFull), {
        ms: msPerRound,
        inFlight,
      });
      const after = await cpuTime(Deno.ppid);
      if (failed > 0) throw new Error(`Cannot trust the rate: ${failed} sagas failed`);
      // The first warms up
      if (round === 0) continue;
      rates.push(perSecond);
      cpuMs.push((after.own + after.postgres - before.own - before.postgres) / done);
    }
    results.push({ case: name, unit: "sagas/s", value: median(rates) });
    results.push({ case: `${name}, CPU`, unit: "ms/saga", value: median(cpuMs) });
  }
  return results;
}

async function book(peer: TripPeer, isFull: boolean): Promise<void> {
  const isBooked = await peer.book({ tripId: crypto.randomUUID(), isFull });
  if (isBooked === isFull) throw new Error("Cannot trust the rate: a saga has come to another end");
}

/** Of sagas that begin one after the other. */
async function latencies(peer: TripPeer, isFull: boolean): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const end = performance.now() + msPerRound / 2; performance.now() < end;) {
      const begin = performance.now();
      await book(peer, isFull);
      if (round > 0) tookMs.push(performance.now() - begin);
    }
  }
  return tookMs;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

async function withPeer(
  { name, open, serverUrl }: {
    readonly name: string;
    readonly open: (place: Place) => Promise<TripPeer>;
    readonly serverUrl: string;
  },
  use: (peer: TripPeer) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "headwater-peer-" });
  try {
    const database = `${name.replaceAll("-", "_")}_${crypto.randomUUID().slice(0, 8)}`;
    await using peer = await open({
      directory,
      databaseUrl: await createDatabase(serverUrl, database),
      deedsUrl: await createDatabase(serverUrl, `${database}_deeds`),
    });
    await use(peer);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function report(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(text));
}
