import { type HealthCheck, type Log, machine, silentLog, time } from "@headwater/core";
import type { RedisConnection } from "./redis_connection.ts";
import { changedKeys } from "./changed_keys.ts";

/** Where Redis is, and how long it is waited for. */
export type RedisStoreOptions = {
  /** `redis://user:password@host:port/database`, or `rediss:` for TLS. */
  readonly url: string;
  /** Before every key: several applications may share a server. */
  readonly prefix: string;
  readonly logger?: Log;
  /** A command that takes longer is given up; default: 250 ms, many times of what one takes. */
  readonly commandMs?: number;
  /** Between tries to reach a server that is away, at the most; default: 1 s. */
  readonly longestPauseMs?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};

/** A shared store over Redis. */
export type RedisStore = machine.SharedStore & {
  /** Warns while the process goes on by its own memory. */
  readonly check: HealthCheck;
  /** What its own memory takes, estimated. */
  bytes(): number;
};

/** A connection that lasted for so long was a good one: the next pause is short again. */
const goodMs = 10_000;
const connectMs = 2_000;

/**
 * Opens the shared store that is in a Redis of version 6 or later. Resolves when the first try to reach it is over, however
 * that ended: while Redis is away, slow or refuses to write, the process goes on by its own memory, which warns in `check`,
 * and it is back with Redis by itself. No call fails for that; one that was under way takes `commandMs` at the most.
 */
export async function openRedisStore(
  {
    url,
    prefix,
    logger = silentLog,
    commandMs = 250,
    longestPauseMs = 1_000,
    random = Math.random,
  }: RedisStoreOptions,
): Promise<RedisStore> {
  // Takes its time, which most processes can do without
  const { connectToRedis } = await import("./redis_connection.ts");
  const memory = machine.memoryStore();
  const changed = changedKeys();
  const stop = new AbortController();
  const { signal } = stop;
  const where = machine.withoutPassword(url);
  const tried = Promise.withResolvers<void>();
  let connection: RedisConnection | undefined;
  let trouble: { readonly cause: string; readonly since: string } | undefined;

  function away(error: unknown): void {
    const cause = machine.messageOf(error);
    if (!trouble) logger.warn("Redis is away: going on by memory", { redis: where, cause });
    trouble = { cause, since: trouble?.since ?? new Date().toISOString() };
  }

  function leave(used: RedisConnection, error: unknown): void {
    if (connection === used) {
      connection = undefined;
      if (!signal.aborted) away(error);
    }
    used[Symbol.dispose]();
  }

  /** Of what was changed while it was away it has an older state. */
  async function forgetChanged(there: RedisConnection): Promise<void> {
    for (let keys = changed.take(); keys.length > 0; keys = changed.take()) {
      try {
        await there.delete(keys);
      } catch (error) {
        keys.forEach(changed.add);
        throw error;
      }
    }
  }

  async function keepConnected(): Promise<void> {
    for (let attempt = 0; !signal.aborted;) {
      try {
        using fresh = await connectToRedis({ url, connectMs, commandMs, signal });
        await fresh.probe();
        await forgetChanged(fresh);
        connection = fresh;
        memory.clear();
        if (trouble) logger.info("Redis is back", { redis: where, away: trouble.since });
        trouble = undefined;
        tried.resolve();
        const since = performance.now();
        leave(fresh, await fresh.ended);
        if (performance.now() - since > goodMs) attempt = 0;
      } catch (error) {
        if (!signal.aborted) away(error);
      }
      tried.resolve();
      await time.pause(time.backOffMs(++attempt, { random, longestMs: longestPauseMs }), {
        signal,
      });
    }
  }

  /** On Redis, or else on the memory of this process. */
  async function ask<Answer>(
    act: (there: RedisConnection) => Promise<Answer>,
    instead: () => Promise<Answer>,
  ): Promise<Answer> {
    const used = connection;
    if (!used) return await instead();
    try {
      return await act(used);
    } catch (error) {
      leave(used, error);
      return await instead();
    }
  }

  const keeping = keepConnected();
  await tried.promise;
  return {
    isShared: true,
    get: (key) => ask((there) => there.get(`${prefix}v:${key}`), () => memory.get(key)),
    async set(key, value, options) {
      machine.assertMilliseconds("ttlMs", options.ttlMs);
      const full = `${prefix}v:${key}`;
      return await ask(
        (there) => there.set(full, value, { ifAbsent: false, ...options }),
        () => {
          changed.add(full);
          return memory.set(key, value, options);
        },
      );
    },
    async delete(key) {
      const full = `${prefix}v:${key}`;
      await ask(
        (there) => there.delete([full]),
        () => {
          changed.add(full);
          return memory.delete(key);
        },
      );
    },
    async count(key, options) {
      machine.assertMilliseconds("windowMs", options.windowMs);
      return await ask(
        (there) => there.count(`${prefix}c:${key}`, options.windowMs),
        () => memory.count(key, options),
      );
    },
    bytes: () => memory.bytes(),
    check: {
      name: "redis",
      check: () =>
        Promise.resolve(
          trouble && {
            warning:
              `Away since ${trouble.since}, this process goes on by its own memory: ${trouble.cause}`,
          },
        ),
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      connection?.[Symbol.dispose]();
      await keeping;
      await memory[Symbol.asyncDispose]();
    },
  };
}
