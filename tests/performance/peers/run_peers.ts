import type { PeerCase } from "./peer_case.ts";
import type { Peer, Place } from "./peer.ts";
import { createDatabase } from "./postgres_database.ts";

type Open = (place: Place) => Promise<Peer>;

/** Each is loaded by itself: one that cannot be, for want of a native module, leaves the others be. */
const peers: Readonly<Record<string, () => Promise<Open>>> = {
  async "emmett-sqlite"() {
    const { openEmmettSqlite } = await import("./emmett_sqlite.ts");
    return ({ directory }) => openEmmettSqlite(directory);
  },
  async "emmett-sqlite-best"() {
    const { openEmmettSqliteBest } = await import("./emmett_sqlite.ts");
    return ({ directory }) => openEmmettSqliteBest(directory);
  },
  async "emmett-postgresql"() {
    const { openEmmettPostgresql } = await import("./emmett_postgresql.ts");
    return ({ databaseUrl }) => openEmmettPostgresql(databaseUrl);
  },
  async "emmett-postgresql-best"() {
    const { openEmmettPostgresqlBest } = await import("./emmett_postgresql.ts");
    return ({ databaseUrl }) => openEmmettPostgresqlBest(databaseUrl);
  },
  async "castore-postgresql"() {
    const { openCastorePostgresql } = await import("./castore_postgresql.ts");
    return ({ databaseUrl }) => openCastorePostgresql(databaseUrl);
  },
};

/**
 * Measures every rival that can be loaded, one after the other, and prints `{"results": [{"case", "peers"}]}`.
 * `PEERS_DATABASE_URL` is a PostgreSQL server on which databases may be created.
 */
export async function runPeers(cases: readonly PeerCase[]): Promise<void> {
  const serverUrl = Deno.env.get("PEERS_DATABASE_URL");
  if (!serverUrl) throw new Error('Cannot measure the rivals: "PEERS_DATABASE_URL" is not set');
  // Emmett prints every error it meets; our answer is on stdout.
  // deno-lint-ignore no-console
  console.log = () => {};
  const results = cases.map(({ name }) => ({ case: name, peers: {} as Record<string, number> }));
  for (const [name, load] of Object.entries(peers)) {
    const open = await loaded(name, load);
    if (!open) continue;
    await withPeer({ name, open, serverUrl }, async (peer) => {
      for (const [index, one] of cases.entries()) {
        const { value, failed } = await one.measure(peer);
        results[index]!.peers[name] = Number(value.toPrecision(3));
        const failures = failed > 0 ? `, ${failed} calls failed` : "";
        await report(`${name}: ${one.name} ${value.toFixed(1)}/s${failures}\n`);
      }
    });
  }
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ results })}\n`));
}

/** Undefined, with a word of why: it cannot be loaded here. */
async function loaded(name: string, load: () => Promise<Open>): Promise<Open | undefined> {
  try {
    return await load();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    await report(`${name} is left out, it cannot be loaded here: ${reason}\n`);
    return undefined;
  }
}

async function withPeer(
  { name, open, serverUrl }: {
    readonly name: string;
    readonly open: Open;
    readonly serverUrl: string;
  },
  use: (peer: Peer) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "headwater-peer-" });
  try {
    const database = `${name.replaceAll("-", "_")}_${crypto.randomUUID().slice(0, 8)}`;
    await using peer = await open({
      directory,
      databaseUrl: await createDatabase(serverUrl, database),
    });
    await use(peer);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function report(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(text));
}
