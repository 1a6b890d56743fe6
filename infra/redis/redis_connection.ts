import { DeadlineExceeded, machine } from "@headwater/core";
import { createClient } from "redis";

/** One connection, of which every command has an end. */
export type RedisConnection = Disposable & {
  get(key: string): Promise<string | undefined>;
  set(
    key: string,
    value: string,
    options: { readonly ttlMs: number; readonly ifAbsent: boolean },
  ): Promise<boolean>;
  delete(keys: readonly string[]): Promise<void>;
  count(key: string, windowMs: number): Promise<machine.Counted>;
  /** Does what the others do, on a key that is nobody's. */
  probe(): Promise<void>;
  /** Resolves with the reason when it is of no use any more: the server is gone, or somebody has disposed it. */
  readonly ended: Promise<Error>;
};

/** In one step, so that no window is without its end; from Redis 7.4 on a script's keys do not end while it runs. */
const countScript = `
local count = redis.call("INCR", KEYS[1])
local left = redis.call("PTTL", KEYS[1])
if left < 0 then
  redis.call("PEXPIRE", KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`;

/**
 * Connects to a Redis.
 *
 * Errors, of this and of all commands: `DeadlineExceeded` after `commandMs`, whatever else the client or the server says.
 */
export async function connectToRedis(
  { url, connectMs, commandMs, signal }: {
    readonly url: string;
    readonly connectMs: number;
    readonly commandMs: number;
    readonly signal: AbortSignal;
  },
): Promise<RedisConnection> {
  const client = createClient({
    url,
    // Whoever connects anew takes a new client: this one keeps nothing back, and sends nothing late
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: connectMs },
    // Ends only the wait before a command is written: see `inTime`
    commandOptions: { timeout: undefined },
    maintNotifications: "disabled",
    disableClientInfo: true,
  });
  const ended = Promise.withResolvers<Error>();
  client.on("error", ended.resolve);
  const connection: RedisConnection = {
    ended: ended.promise,
    get: async (key) => await inTime(client.get(key), commandMs) ?? undefined,
    async set(key, value, { ttlMs, ifAbsent }) {
      const options = {
        expiration: { type: "PX" as const, value: ttlMs },
        ...(ifAbsent && { condition: "NX" as const }),
      };
      return await inTime(client.set(key, value, options), commandMs) === "OK";
    },
    async delete(keys) {
      await inTime(client.del([...keys]), commandMs);
    },
    async count(key, windowMs) {
      const arguments_ = { keys: [key], arguments: [String(windowMs)] };
      const [count, resetMs] = countsIn(
        await inTime(client.eval(countScript, arguments_), commandMs),
      );
      return { count, resetMs: Math.max(1, resetMs) };
    },
    async probe() {
      const key = `probe:${crypto.randomUUID()}`;
      await this.set(key, "", { ttlMs: 1_000, ifAbsent: false });
      await this.count(`${key}:count`, 1_000);
    },
    [Symbol.dispose]() {
      ended.resolve(new Error("The connection was closed"));
      client.destroy();
    },
  };
  const leave = () => connection[Symbol.dispose]();
  signal.addEventListener("abort", leave, { once: true });
  try {
    await inTime(client.connect(), connectMs);
    return connection;
  } catch (error) {
    leave();
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function countsIn(answer: unknown): readonly [count: number, resetMs: number] {
  const [count, resetMs] = Array.isArray(answer) ? answer : [];
  if (typeof count === "number" && typeof resetMs === "number") return [count, resetMs];
  throw new Error(`Cannot count: Redis answers "${answer}"`);
}

/** What has been written may be answered at any time, or never: nobody waits for it. */
async function inTime<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const startedAt = performance.now();
  let timer = setTimeout(onTime, ms);
  let hasStalled = false;
  function onTime(): void {
    // A stall of this process says nothing of Redis: the answer may be there, unread
    if (!hasStalled && performance.now() - startedAt > 1.2 * ms) {
      hasStalled = true;
      timer = setTimeout(onTime, ms);
    } else late.reject(new DeadlineExceeded(`Redis has not answered within ${ms} ms`));
  }
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
    // It is ended with the connection, and then nobody is there to hear of it
    answer.catch(() => {});
  }
}
