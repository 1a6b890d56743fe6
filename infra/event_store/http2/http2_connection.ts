import type { Socket } from "node:net";
import { DataSender, defaultWindow } from "./data_sender.ts";
import { type Frame, frameFlag, FrameReader, frameType, readUint31 } from "./frame_reader.ts";
import { FrameWriter } from "./frame_writer.ts";
import { HeaderBlocks, priorityBytes, type ReceivedHeaders } from "./header_blocks.ts";
import { maxHeaderListBytes } from "./header_decoder.ts";
import { Http2Error } from "./http2_error.ts";
import { Http2Stream, type StreamOwner, streamWindow } from "./http2_stream.ts";
import { withoutPadding } from "./padding.ts";
import { ReceiveWindow } from "./receive_window.ts";
import { areTrailers, isRequest } from "./request_headers.ts";
import { readSettings, setting } from "./settings.ts";

const maxConcurrentStreams = 10_000;
/** What a client may send on all streams together before somebody takes it. */
const connectionWindow = 64 * 1024 * 1024;
/** Unsent bytes from which on nothing more is read: the client asks and does not listen. */
const deafBytes = 4 * 1024 * 1024;

export type Http2ConnectionOptions = {
  /** A request: its headers are there, its data may follow. */
  readonly onStream: (stream: Http2Stream) => void;
  /** The client broke the protocol; the connection ends. */
  readonly onError: (error: Http2Error) => void;
};

/** The server's end of an HTTP/2 connection (RFC 9113), without TLS. */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #options: Http2ConnectionOptions;
  readonly #frames = new FrameReader();
  readonly #headers = new HeaderBlocks();
  readonly #writer: FrameWriter;
  readonly #sender: DataSender;
  readonly #window = new ReceiveWindow(connectionWindow);
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams that got something from the chunk being read. */
  readonly #touched = new Set<Http2Stream>();
  readonly #owner: StreamOwner & { headerListBytes: number };
  #lastStreamId = 0;
  #peerStreamWindow = defaultWindow;
  #greeted = false;
  #heardAt = performance.now();
  #pingedAt: number | undefined;
  #over = false;

  constructor(socket: Socket, options: Http2ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#writer = new FrameWriter(socket);
    this.#sender = new DataSender(this.#writer);
    this.#owner = {
      writer: this.#writer,
      sender: this.#sender,
      headerListBytes: maxHeaderListBytes,
      take: (bytes) => this.#grant(bytes),
      forget: (stream) => void this.#streams.delete(stream.id),
    };
    this.#writer.settings([
      [setting.maxConcurrentStreams, maxConcurrentStreams],
      [setting.initialWindowSize, streamWindow],
      [setting.maxHeaderListSize, maxHeaderListBytes],
    ]);
    this.#writer.windowUpdate(0, connectionWindow - defaultWindow);
    socket.on("data", (chunk: Uint8Array) => this.#guard(() => this.#read(chunk)));
    socket.on("drain", () => {
      this.#guard(() => this.#sender.resume());
      socket.resume();
    });
    socket.once("close", () => this.#end());
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Pings a client that was silent for a while; gives up one that does not answer, or never spoke HTTP/2. */
  checkAlive({ intervalMs, timeoutMs }: KeepAlive): void {
    const now = performance.now();
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt >= timeoutMs) this.#socket.destroy();
    } else if (now - this.#heardAt >= intervalMs) {
      if (!this.#greeted) return void this.#socket.destroy();
      this.#pingedAt = now;
      this.#writer.ping(new Uint8Array(8), { ack: false });
    }
  }

  /**
   * Sends what is framed and hangs up; streams that are still open break off. GOAWAY would tell clients what to repeat
   * by themselves; without it, those on Deno 2.9.6 are safe as well (docs/decisions/0040).
   */
  close(): void {
    this.#writer.flush();
    this.#socket.end();
    this.#end();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#options.onError(error);
      this.#writer.goaway(this.#lastStreamId, error.code);
      this.#writer.flush();
      this.#socket.destroySoon();
      this.#end();
    }
  }

  #end(): void {
    this.#over = true;
    for (const stream of [...this.#streams.values()]) stream.close();
  }

  #read(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#heardAt = performance.now();
    this.#pingedAt = undefined;
    for (const frame of this.#frames.read(chunk)) this.#take(frame);
    for (const stream of this.#touched) stream.deliver();
    this.#touched.clear();
    if (this.#socket.writableLength >= deafBytes) this.#socket.pause();
  }

  #take(frame: Frame): void {
    const { type } = frame;
    if (this.#headers.unfinished !== (type === frameType.continuation)) {
      throw protocolError("headers and their continuation belong together");
    }
    if (!this.#greeted && type !== frameType.settings) throw protocolError("settings come first");
    if (type === frameType.settings) this.#takeSettings(frame);
    else if (type === frameType.ping) this.#takePing(frame);
    else if (type === frameType.windowUpdate) this.#takeWindowUpdate(frame);
    else if (type === frameType.headers || type === frameType.continuation) {
      const received = this.#headers.take(frame);
      if (received) this.#takeHeaders(received);
    } else if (type === frameType.data) this.#takeData(frame);
    else if (type === frameType.rstStream) this.#takeReset(frame);
    else if (type === frameType.pushPromise) throw protocolError("clients do not push");
    else if (type === frameType.goaway) mustBeConnections(frame);
    else if (type === frameType.priority) {
      checkLength(frame, priorityBytes);
      if (frame.streamId === 0) throw protocolError("priorities are a stream's");
    }
  }

  #takeHeaders({ streamId, headers, endStream }: ReceivedHeaders): void {
    let stream = this.#streams.get(streamId);
    if (streamId === 0) throw protocolError("headers are a stream's");
    if (!stream && streamId > this.#lastStreamId) {
      if (streamId % 2 === 0) throw protocolError("a client's streams have odd numbers");
      this.#lastStreamId = streamId;
      if (this.#streams.size >= maxConcurrentStreams) {
        return this.#writer.reset(streamId, "refusedStream");
      }
      if (!isRequest(headers)) return this.#writer.reset(streamId, "protocolError");
      stream = new Http2Stream(streamId, this.#owner, { headers, window: this.#peerStreamWindow });
      this.#streams.set(streamId, stream);
      if (endStream) stream.receiveEnd();
      this.#touched.add(stream);
      return this.#options.onStream(stream);
    }
    // Trailers of a request have no meaning in gRPC; headers of a stream that is over came too late
    if (!endStream) throw protocolError("headers in the middle of a stream");
    if (!stream) return;
    if (stream.clientEnded) return stream.reset("streamClosed");
    if (!areTrailers(headers)) return stream.reset("protocolError");
    stream.receiveEnd();
    this.#touched.add(stream);
  }

  #takeData(frame: Frame): void {
    const { streamId, payload, flags } = frame;
    if (!this.#window.receive(payload.length)) {
      throw new Http2Error("flowControlError", "Cannot take the data: more than was granted");
    }
    const stream = this.#stream(streamId);
    if (!stream || stream.clientEnded) {
      this.#grant(payload.length);
      return stream?.reset("streamClosed");
    }
    stream.receive(withoutPadding(frame), payload.length);
    if ((flags & frameFlag.endStream) !== 0) stream.receiveEnd();
    this.#touched.add(stream);
  }

  #takeReset(frame: Frame): void {
    checkLength(frame, 4);
    if (frame.streamId === 0) throw protocolError("the connection is no stream to be reset");
    // Against the RFC, gRPC's C core resets streams too that it never opened (grpc/grpc, issue 19655)
    this.#streams.get(frame.streamId)?.close();
  }

  #takeSettings(frame: Frame): void {
    this.#greeted = true;
    const settings = readSettings(frame);
    const window = settings.get(setting.initialWindowSize);
    this.#owner.headerListBytes = settings.get(setting.maxHeaderListSize) ??
      this.#owner.headerListBytes;
    if ((frame.flags & frameFlag.ack) !== 0) return;
    // Before any data for which only the new window has room: the client goes by when it hears of this
    this.#writer.settingsAck();
    if (window === undefined) return;
    const more = window - this.#peerStreamWindow;
    this.#peerStreamWindow = window;
    for (const stream of this.#streams.values()) this.#sender.grantStream(stream, more);
  }

  #takePing(frame: Frame): void {
    checkLength(frame, 8);
    mustBeConnections(frame);
    if ((frame.flags & frameFlag.ack) === 0) this.#writer.ping(frame.payload, { ack: true });
  }

  #takeWindowUpdate(frame: Frame): void {
    checkLength(frame, 4);
    const bytes = readUint31(frame.payload, 0);
    if (bytes === 0) throw protocolError("a window grows by at least one byte");
    if (frame.streamId === 0) return this.#sender.grantConnection(bytes);
    const stream = this.#stream(frame.streamId);
    if (stream) this.#sender.grantStream(stream, bytes);
  }

  /** Undefined: it is over. */
  #stream(streamId: number): Http2Stream | undefined {
    if (streamId === 0 || streamId > this.#lastStreamId) {
      throw protocolError(`stream ${streamId} does not exist`);
    }
    return this.#streams.get(streamId);
  }

  #grant(bytes: number): void {
    const granted = this.#window.take(bytes);
    if (granted > 0) this.#writer.windowUpdate(0, granted);
  }
}

export type KeepAlive = { readonly intervalMs: number; readonly timeoutMs: number };

function checkLength({ payload }: Frame, length: number): void {
  if (payload.length === length) return;
  throw new Http2Error("frameSizeError", `Cannot take a frame: not ${length} bytes long`);
}

function mustBeConnections({ streamId }: Frame): void {
  if (streamId !== 0) throw protocolError("what concerns all streams is no stream's");
}

function protocolError(rule: string): Http2Error {
  return new Http2Error("protocolError", `Cannot go on with the connection: ${rule}`);
}
