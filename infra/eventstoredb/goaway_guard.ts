import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { ChannelCredentials } from "@grpc/grpc-js";

type Target = Parameters<ChannelCredentials["_createSecureConnector"]>;
type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

const frameHeaderBytes = 9;
const goaway = 7;

/**
 * Connections end where the server says goodbye, as EventStoreDB does when it is stopped. So `node:http2` has nothing to
 * do then, whose HTTP/2 has crashed in Deno 2.9.6 (denoland/deno#36788). Calls that are under way end as with any broken
 * connection.
 *
 * It also knows the connections that are made with it, and nobody else's channel shares them.
 */
export class GoawayGuard extends ChannelCredentials {
  readonly #guarded: ChannelCredentials;
  readonly #open: Set<Duplex>;

  /** `open`: where connections stand for as long as they are open. */
  constructor(guarded: ChannelCredentials, open: Set<Duplex> = new Set()) {
    super();
    this.#guarded = guarded;
    this.#open = open;
  }

  override _isSecure(): boolean {
    return this.#guarded._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(...target: Target): Connector {
    const connector = this.#guarded._createSecureConnector(...target);
    const open = this.#open;
    return {
      async connect(socket) {
        const connected = await connector.connect(socket);
        const guarded = new GuardedSocket(connected.socket);
        open.add(guarded);
        guarded.once("close", () => open.delete(guarded));
        return { ...connected, socket: guarded as Duplex as Socket };
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  }
}

/**
 * Resolves when these connections have ended, which their channels have been told to do; what has not within so much
 * time is cut. As long as one is open, gRPC keeps a timer for it.
 */
export async function untilEnded(open: ReadonlySet<Duplex>, withinMs: number): Promise<void> {
  // How one ends does not matter: one that breaks is closed as well
  const ended = Promise.all(
    Array.from(open, (socket) => new Promise<void>((resolve) => socket.once("close", resolve))),
  );
  const timer = setTimeout(() => open.forEach((socket) => socket.destroy()), withinMs);
  await ended;
  clearTimeout(timer);
}

/** Passes on what a socket gives up to the frame that says goodbye, and there hangs up. */
class GuardedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #finder = new GoawayFinder();

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      if (this.#finder.isIn(chunk)) socket.destroy();
      else if (!this.push(chunk)) socket.pause();
    });
    socket.once("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.once("close", () => this.destroy());
  }

  /** For whoever lets the process end although this is open. */
  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _: string, written: (error?: Error | null) => void): void {
    this.#socket.write(chunk, written);
  }

  override _final(ended: () => void): void {
    this.#socket.end(ended);
  }

  override _destroy(error: Error | null, destroyed: (error?: Error | null) => void): void {
    this.#socket.destroy();
    destroyed(error);
  }
}

/** Looks at the frames of HTTP/2 as they come, however they are cut. */
export class GoawayFinder {
  /** Of the header that is being read. */
  #headerBytes = 0;
  #payloadBytes = 0;

  /** True where a frame that says goodbye begins in this chunk. */
  isIn(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#headerBytes === frameHeaderBytes) {
        const passed = Math.min(this.#payloadBytes, chunk.length - at);
        at += passed;
        this.#payloadBytes -= passed;
        if (this.#payloadBytes === 0) this.#headerBytes = 0;
      } else if (this.#readHeader(chunk[at++]!)) return true;
    }
    return false;
  }

  /** The length comes first, in three bytes, then the type. */
  #readHeader(byte: number): boolean {
    if (this.#headerBytes < 3) this.#payloadBytes = this.#payloadBytes << 8 | byte;
    const isGoaway = this.#headerBytes === 3 && byte === goaway;
    this.#headerBytes++;
    if (this.#headerBytes === frameHeaderBytes && this.#payloadBytes === 0) this.#headerBytes = 0;
    return isGoaway;
  }
}
