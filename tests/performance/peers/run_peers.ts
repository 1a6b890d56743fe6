import { openCastorePostgresql } from "./castore_postgresql.ts";
import { openEmmettPostgresql, openEmmettPostgresqlBest } from "./emmett_postgresql.ts";
import { openEmmettSqlite, openEmmettSqliteBest } from "./emmett_sqlite.ts";
import type { PeerCase } from "./peer_case.ts";
import type { Peer, Place } from "./peer.ts";
import { createDatabase } from "./postgres_database.ts";

const peers: Readonly<Record<string, (place: Place) => Promise<Peer>>> = {
  "emmett-sqlite": ({ directory }) => openEmmettSqlite(directory),
  "emmett-sqlite-best": ({ directory }) => openEmmettSqliteBest(directory),
  "emmett-postgresql": ({ databaseUrl }) => openEmmettPostgresql(databaseUrl),
  "emmett-postgresql-best": ({ databaseUrl }) => openEmmettPostgresqlBest(databaseUrl),
  "castore-postgresql": ({ databaseUrl }) => openCastorePostgresql(databaseUrl),
};

/**
 * Measures every rival, one after the other, and prints `{"results": [{"case", "peers"}]}`.
 * `PEERS_DATABASE_URL` is a PostgreSQL server on which databases may be created.
 */
export async function runPeers(cases: readonly PeerCase[]): Promise<void> {
  const serverUrl = Deno.env.get("PEERS_DATABASE_URL");
  if (!serverUrl) throw new Error('Cannot measure the rivals: "PEERS_DATABASE_URL" is not set');
  // Emmett prints every error it meets; our answer is on stdout.
  // deno-lint-ignore no-console
  console.log = () => {};
  const results = cases.map(({ name }) => ({ case: name, peers: {} as Record<string, number> }));
  for (const [name, open] of Object.entries(peers)) {
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

async function withPeer(
  { name, open, serverUrl }: {
    readonly name: string;
    readonly open: (place: Place) => Promise<Peer>;
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
