import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { Channel, ChannelCredentials, type ChannelOptions } from "@grpc/grpc-js";
import type { ConnectionString } from "./connection_string.ts";
import { GoawayGuard } from "./goaway_guard.ts";

/** What a connection with TLS is made with, in PEM. */
export type Certificates = {
  /** Who is trusted; undefined: whom the machine trusts. */
  readonly root: Buffer | undefined;
  /** The client's own. */
  readonly key: Buffer | undefined;
  readonly chain: Buffer | undefined;
};

/** Errors: `Error` that names the parameter and the file. */
export function readCertificates({ parameters }: ConnectionString): Certificates {
  function read(name: "tlsCAFile" | "userCertFile" | "userKeyFile"): Buffer | undefined {
    const path = parameters[name];
    return path === undefined ? undefined : readPem(path, `Cannot use "${name}" "${path}"`);
  }
  return { root: read("tlsCAFile"), key: read("userKeyFile"), chain: read("userCertFile") };
}

/**
 * A channel, with TLS where there are certificates. Names are what those are mostly made for, and TLS has no way to ask
 * a server for an address: where a node is known by its address, as clusters often name their members, that is compared
 * here.
 */
export function openChannel(
  target: string,
  { certificates, verifies, open, options }: {
    readonly certificates: Certificates | undefined;
    /** False: any certificate will do. */
    readonly verifies: boolean;
    /** Gets the channel's connections, for as long as they are open. */
    readonly open: Set<Duplex>;
    readonly options: ChannelOptions;
  },
): Channel {
  if (!certificates) {
    return new Channel(target, new GoawayGuard(ChannelCredentials.createInsecure(), open), options);
  }
  const { root = null, key = null, chain = null } = certificates;
  const host = target.slice(0, target.lastIndexOf(":"));
  const isAddress = isIP(host) !== 0;
  const credentials = ChannelCredentials.createSsl(root, key, chain, {
    rejectUnauthorized: verifies,
    checkServerIdentity: (name, certificate) => {
      if (!verifies) return undefined;
      return tls.checkServerIdentity(isAddress ? host : name, certificate);
    },
  });
  return new Channel(target, new GoawayGuard(credentials, open), {
    ...options,
    // Any name: one must be sent, and it must not be an address.
    ...(isAddress && { "grpc.ssl_target_name_override": "eventstore.invalid" }),
  });
}

function readPem(path: string, action: string): Buffer {
  const bytes = readFile(path, action);
  if (bytes.includes("-----BEGIN ")) return bytes;
  throw new Error(`${action}: it is no PEM file`);
}

function readFile(path: string, action: string): Buffer {
  try {
    return Buffer.from(Deno.readFileSync(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new Error(`${action}: there is no such file`, { cause });
    }
    if (cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied) {
      throw new Error(`${action}: this process may not read it`, { cause });
    }
    throw cause;
  }
}
