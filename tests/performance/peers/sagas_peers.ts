import { cpuTime } from "../cpu_time.ts";
import { createDatabase } from "./postgres_database.ts";
import { rate } from "./rate.ts";
import type { TripPeer } from "./trip_peer.ts";

type Place = {
  /** Empty. */
  readonly directory: string;
  /** Of an empty PostgreSQL database. */
  readonly databaseUrl: string;
  /** Of another one, for those who take part. */
  readonly deedsUrl: string;
};

/** What is to be measured; given as JSON, a line each. */
type Asked = {
  readonly peer: string;
  readonly isFull: boolean;
  readonly inFlight: number;
  readonly ms: number;
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

if (import.meta.main) await serve();

/**
 * Opens every rival, and measures the one that it is asked for, until nobody asks any more: they take turns with
 * Headwater. Answers are JSON, a line each; the first one is the rivals' names.
 */
async function serve(): Promise<void> {
  const serverUrl = Deno.env.get("PEERS_DATABASE_URL");
  if (!serverUrl) throw new Error('Cannot measure the rivals: "PEERS_DATABASE_URL" is not set');
  // Our answers are on stdout
  // deno-lint-ignore no-console
  console.log = console.info = () => {};
  await using stack = new AsyncDisposableStack();
  const opened = new Map<string, TripPeer>();
  for (const [name, open] of Object.entries(peers)) {
    const directory = await Deno.makeTempDir({ prefix: "headwater-peer-" });
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    const database = `${name.replaceAll("-", "_")}_${crypto.randomUUID().slice(0, 8)}`;
    const peer = await open({
      directory,
      databaseUrl: await createDatabase(serverUrl, database),
      deedsUrl: await createDatabase(serverUrl, `${database}_deeds`),
    });
    opened.set(name, stack.use(peer));
  }
  await answer([...opened.keys()]);
  for await (const asked of lines()) {
    const peer = opened.get(asked.peer);
    if (!peer) throw new Error(`Cannot measure "${asked.peer}": there is no such rival`);
    await answer(await measured(peer, asked));
  }
}

/** Sagas a second, what each takes of the processors in ms, and how long each took. */
async function measured(peer: TripPeer, { isFull, inFlight, ms }: Asked): Promise<unknown> {
  const tookMs: number[] = [];
  const before = await cpuTime(Deno.pid);
  const { perSecond, done, failed } = await rate(async () => {
    const begin = performance.now();
    const isBooked = await peer.book({ tripId: crypto.randomUUID(), isFull });
    if (isBooked === isFull) throw new Error("A saga has come to another end");
    tookMs.push(performance.now() - begin);
  }, { ms, inFlight });
  const after = await cpuTime(Deno.pid);
  if (failed > 0) throw new Error(`Cannot trust the rate: ${failed} sagas failed`);
  return { perSecond, cpuMs: after.own - before.own, done, tookMs };
}

async function* lines(): AsyncGenerator<Asked> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield JSON.parse(part);
  }
}

async function answer(value: unknown): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
