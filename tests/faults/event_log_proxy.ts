import { time } from "@headwater/core";
import { within } from "@headwater/testing";
import { type Chances, seededRandom } from "@shop/demo";

export type FaultyProxy = AsyncDisposable & {
  readonly port: number;
  /** How many faults befell connections so far. */
  readonly suffered: number;
  /** From now on everything passes as it comes, connections that are to break later included. */
  calm(): void;
};

type Fault = "refusal" | "cut" | "half-close" | "stall" | "delay";

/** What happens to a connection next. */
type Fate = {
  readonly fault: Fault;
  /** The side whose bytes count. */
  readonly side: "client" | "server";
  /** How many of them pass before it happens … */
  readonly bytes: number;
  /** … unless so much time passes first (`performance.now()`). */
  readonly at: number;
  /** How long a stall takes. */
  readonly ms: number;
};

type Link = {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** What happens next. */
  fate: Fate;
  /** Bytes of the side that counts, since the last time something happened. */
  passed: number;
};

const faults: readonly Fault[] = ["refusal", "cut", "cut", "half-close", "stall", "delay"];

/** Stands between clients and a server on this machine and lets the connections suffer, each its own fate. */
export function startFaultyProxy(
  target: number,
  { seed }: { readonly seed: number },
): FaultyProxy {
  const chances = seededRandom(seed);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const links = new Set<Link>();
  const pumps = new Set<Promise<void>>();
  let isCalm = false;
  let suffered = 0;

  async function accept(): Promise<void> {
    for await (const client of listener) {
      const fate = fateOf(chances);
      if (!isCalm && fate.fault === "refusal") {
        suffered++;
        client.close();
        continue;
      }
      const server = await connect(target);
      if (!server) {
        client.close();
        continue;
      }
      const link: Link = { client, server, fate, passed: 0 };
      links.add(link);
      const both = Promise.all([pump(link, "client"), pump(link, "server")])
        .then(() => end(link));
      pumps.add(both);
      both.finally(() => pumps.delete(both));
    }
  }

  async function pump(link: Link, side: Fate["side"]): Promise<void> {
    const [from, to] = side === "client" ? [link.client, link.server] : [link.server, link.client];
    const buffer = new Uint8Array(16_384);
    try {
      for (;;) {
        const count = await from.read(buffer);
        if (count === null) break;
        const bytes = buffer.subarray(0, count);
        const passes = side === link.fate.side ? await suffer(link, { to, bytes }) : count;
        await write(to, buffer.subarray(0, passes));
      }
      await to.closeWrite();
    } catch {
      // Whichever side broke, the other one is told by closing both.
      end(link);
    }
  }

  /** How many of the bytes are to pass on. */
  async function suffer(
    link: Link,
    { to, bytes }: { readonly to: Deno.TcpConn; readonly bytes: Uint8Array },
  ): Promise<number> {
    if (isCalm) return bytes.length;
    const { fault, ms, bytes: limit, at } = link.fate;
    if (fault === "delay") await time.pause(ms / 50);
    const left = Math.min(limit - link.passed, bytes.length);
    link.passed += bytes.length;
    if (left === bytes.length && performance.now() < at) return left;
    suffered++;
    link.fate = fateOf(chances);
    link.passed = 0;
    if (fault === "stall") await time.pause(ms);
    if (fault === "stall" || fault === "delay") return bytes.length;
    await write(to, bytes.subarray(0, chances.whole(left + 1)));
    if (fault === "half-close") {
      await to.closeWrite();
      await time.pause(ms);
    }
    throw new Error("The connection is broken now");
  }

  function end(link: Link): void {
    if (!links.delete(link)) return;
    link.client.close();
    link.server.close();
  }

  const accepting = accept();
  return {
    port: listener.addr.port,
    get suffered() {
      return suffered;
    },
    calm() {
      isCalm = true;
    },
    async [Symbol.asyncDispose]() {
      isCalm = true;
      listener.close();
      await within("the proxy to close its port", accepting);
      for (const link of links) end(link);
      await within("the connections to end", Promise.all(pumps));
    },
  };
}

function fateOf({ oneOf, whole }: Chances): Fate {
  return {
    fault: oneOf(faults),
    side: oneOf(["client", "server"]),
    bytes: 200 + whole(oneOf([5_000, 50_000])),
    at: performance.now() + 50 + whole(1_000),
    ms: 50 + whole(500),
  };
}

async function connect(port: number): Promise<Deno.TcpConn | undefined> {
  try {
    return await Deno.connect({ hostname: "127.0.0.1", port });
  } catch (error) {
    // The server may be down just now, which is nothing that clients could not see without a proxy.
    if (error instanceof Deno.errors.ConnectionRefused) return undefined;
    throw error;
  }
}

async function write(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}
