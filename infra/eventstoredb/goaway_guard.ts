import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { ChannelCredentials } from "@grpc/grpc-js";

type Target = Parameters<ChannelCredentials["_createSecureConnector"]>;
type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

const frameHeaderBytes = 9;
const goaway = 7;

/**
 * Connections end where the server says goodbye, as EventStoreDB does when it is stopped: in Deno 2.9.6 the HTTP/2 of
 * `node:http2` does not survive that frame (denoland/deno#36788), and takes the process with it. Calls that are under
 * way end as with any broken connection.
 */
export class GoawayGuard extends ChannelCredentials {
  readonly #guarded: ChannelCredentials;

  constructor(guarded: ChannelCredentials) {
    super();
    this.#guarded = guarded;
  }

  override _isSecure(): boolean {
    return this.#guarded._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return other instanceof GoawayGuard && this.#guarded._equals(other.#guarded);
  }

  override _createSecureConnector(...target: Target): Connector {
    const connector = this.#guarded._createSecureConnector(...target);
    return {
      async connect(socket) {
        const connected = await connector.connect(socket);
        return { ...connected, socket: new GuardedSocket(connected.socket) as Duplex as Socket };
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  }
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
