import type { Log } from "@headwater/core";

/** A data directory of PostgreSQL, ready to be served. */
export type Cluster = {
  /** Of the user `postgres`. */
  readonly password: string;
  /** Serves it on a port of 127.0.0.1; resolves when connections are accepted, or rejects with `StartFailed`. */
  start(port: number): Promise<Postmaster>;
  /** Removes what lies outside of the directory that was asked for. */
  removeElsewhere(): Promise<void>;
};

export type ClusterOptions = {
  readonly directory: string;
  /** How many databases there will be beside its own; default 0. */
  readonly databases?: number | undefined;
  readonly logger: Log;
  /** What is acknowledged is on the disk. */
  readonly durable: boolean;
};

/** The process that accepts connections. */
export type Postmaster = {
  readonly pid: number;
  /** Resolves with a description when the process has ended, for whatever reason. */
  readonly exited: Promise<string>;
  /** Disconnects everybody, writes a checkpoint and ends. */
  stop(): Promise<void>;
};

/** PostgreSQL ended before it was ready. */
export class StartFailed extends Error {
  override readonly name = "StartFailed";
  /** Somebody else listens on the port. */
  readonly portTaken: boolean;
  /** Processes of the postmaster before are still about; they notice its end soon. */
  readonly stillInUse: boolean;

  constructor(directory: string, said: readonly string[]) {
    const text = said.join("; ");
    const reason = reasonIn(said) || "it ended without a word";
    super(`Cannot start PostgreSQL in "${directory}": ${reason}`);
    this.portTaken = text.includes("could not bind");
    this.stillInUse = /shared memory block .* still in use|lock file .* already exists/.test(text);
  }
}

/** Of all that PostgreSQL's programs said, in one line: what made them end. */
export function reasonIn(said: readonly string[]): string {
  const grave = said.flatMap((line) => /\b(FATAL|PANIC|error): .*/.exec(line)?.[0] ?? []);
  return (grave.length > 0 ? grave : said).join("; ");
}

const small = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: 100,
  shared_buffers: "32MB",
  maintenance_work_mem: "32MB",
  max_wal_size: "256MB",
  min_wal_size: "32MB",
  wal_level: "minimal",
  max_wal_senders: 0,
  max_logical_replication_workers: 0,
  max_parallel_workers: 0,
  max_parallel_workers_per_gather: 0,
  autovacuum_max_workers: 1,
  io_method: "sync",
  jit: "off",
  huge_pages: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_line_prefix: "",
};

/**
 * After a crash the files of a cluster are brought to the disk before anything else: one by one, 2,500 of them for the
 * shop, which takes seconds where others use the disk. Linux can do it for all at once.
 */
const quickRecovery = { recovery_init_sync_method: "syncfs" };

const withoutDurability = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** `name=value` of each setting: small, since the server shares a machine with everything else. */
export function serverSettings(port: number, durable: boolean): readonly string[] {
  const values = {
    ...small,
    ...(Deno.build.os === "linux" ? quickRecovery : {}),
    ...(durable ? {} : withoutDurability),
    port,
  };
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/**
 * What a cluster is created with: text is compared by code point, the same on every machine. Rounds of SCRAM make a
 * password hard to guess; ours is random, and each connection would take 2 ms for them.
 */
export const clusterDefaults: readonly string[] = [
  ...["-U", "postgres", "-A", "scram-sha-256", "-c", "scram_iterations=1"],
  ...["-E", "UTF8", "--no-locale"],
  ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"],
];
