import { readFile } from "node:fs/promises";
import net, { type Socket } from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { Unavailable } from "@headwater/core";
import type { DatabaseUrl, Tls } from "./database_url.ts";

export type SocketOptions = Pick<DatabaseUrl, "hosts" | "tls"> & {
  /** For each host, its TLS included. */
  readonly timeoutMs: number;
};

/** Asks for TLS: the protocol's own first message, eight bytes. */
const sslRequest = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/**
 * Connects to the first of the hosts that answers. Never rejects, so that pools of postgres.js 3.4.9 count on all of
 * their connections: what failed comes as an error of the socket.
 */
export async function openSocket({ hosts, ...options }: SocketOptions): Promise<Socket> {
  let failure: unknown;
  for (const at of hosts) {
    try {
      return await connectTo(at, options);
    } catch (error) {
      failure = error;
    }
  }
  return brokenSocket(failure);
}

async function connectTo(
  { host, port }: DatabaseUrl["hosts"][number],
  { tls: encryption, timeoutMs }: Omit<SocketOptions, "hosts">,
): Promise<Socket> {
  const socket = net.connect({ host, port });
  let secured: Socket | undefined;
  try {
    return await withinTime(async () => {
      await happened(socket, "connect");
      if (!encryption) return socket;
      socket.write(sslRequest);
      const [answer] = await happened(socket, "data") as [Uint8Array];
      if (answer[0] !== "S".charCodeAt(0)) {
        if (encryption.mode === "prefer") return socket;
        throw new Error(`Cannot encrypt the connection to "${host}": the server does not offer it`);
      }
      secured = tls.connect({ socket, ...await tlsOptions(encryption, host) });
      await happened(secured, "secureConnect");
      return secured;
    }, { timeoutMs, host, port });
  } catch (error) {
    socket.destroy();
    secured?.destroy();
    throw error;
  }
}

async function tlsOptions({ mode, rootCertificate, certificate, key }: Tls, host: string) {
  const isChecked = mode === "verify-ca" || mode === "verify-full";
  return {
    servername: net.isIP(host) ? undefined : host,
    // Without it the certificate of a server known by its address would be asked for "localhost"
    host,
    rejectUnauthorized: isChecked,
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
    ...(rootCertificate !== undefined && { ca: await fileOf(rootCertificate) }),
    ...(certificate !== undefined && { cert: await fileOf(certificate) }),
    ...(key !== undefined && { key: await fileOf(key) }),
  };
}

async function fileOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`Cannot read certificate "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The next event of that name; rejects when the socket ends before it. */
async function happened(socket: Socket, name: string): Promise<unknown[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
  const come = (...values: unknown[]) => resolve(values);
  const closed = () => reject(new Unavailable("Cannot go on: the server closed the connection"));
  socket.once(name, come).once("error", reject).once("close", closed);
  try {
    return await promise;
  } finally {
    socket.off(name, come).off("error", reject).off("close", closed);
  }
}

async function withinTime<Result>(
  work: () => Promise<Result>,
  { timeoutMs, host, port }: {
    readonly timeoutMs: number;
    readonly host: string;
    readonly port: number;
  },
): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `Cannot connect to "${host}:${port}": no answer within ${timeoutMs} ms`;
    late.reject(new Unavailable(message, { code: "postgres-unavailable" }));
  }, timeoutMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A socket that takes what is written, and then fails. */
function brokenSocket(error: unknown): Socket {
  const broken = new Duplex({
    read() {},
    write: (_chunk, _encoding, done) => done(),
  });
  // Once whoever asked for it listens
  setTimeout(() => broken.destroy(error instanceof Error ? error : new Error(String(error))));
  // postgres.js asks nothing of a socket that a Duplex does not have
  return broken as unknown as Socket;
}
