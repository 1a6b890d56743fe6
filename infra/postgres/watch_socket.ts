import type { Socket } from "node:net";
import { Unavailable } from "@headwater/core";

export type SocketWatch = {
  /** Milliseconds without a word, while an answer is due, after which the connection is given up. */
  readonly patienceMs: number;
  /** A connection that had served has broken: nobody here has closed it. */
  onLost(): void;
  onServed(): void;
  /** It ended before it had served. */
  onRefused(): void;
};

/** `ReadyForQuery`, but for its last byte: what the server says when it owes nothing more. */
const ready = [90, 0, 0, 0, 5];

/**
 * Gives a connection up whose server falls silent: it stands, but nothing comes. Nobody else would: neither TCP nor postgres.js
 * ends what was never answered, and a pool of such connections serves nobody.
 *
 * The server's last words, and its ending a connection that it has not served, are errors of the connection. postgres.js 3.4.9 takes
 * the end without one for a reason to come again at once, several hundred times a second; and it keeps both the query under way and
 * what was said of it, so that they meet the first query of the next connection.
 */
export function watchSocket(
  socket: Socket,
  { patienceMs, onLost, onServed, onRefused }: SocketWatch,
): void {
  let waitingSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasServed = false;
  let isEnding = false;
  /** What comes next begins with a message. */
  let isBoundary = true;

  function due(): void {
    waitingSince = performance.now();
    timer ??= setTimeout(look, patienceMs);
  }
  function look(): void {
    timer = undefined;
    if (waitingSince === undefined) return;
    const leftMs = waitingSince + patienceMs - performance.now();
    if (leftMs > 0) {
      timer = setTimeout(look, leftMs);
      return;
    }
    const message = `Cannot go on: PostgreSQL has not answered for ${patienceMs} ms`;
    socket.destroy(new Unavailable(message, { code: "postgres-unavailable" }));
  }

  const write = socket.write.bind(socket);
  const end = socket.end.bind(socket);
  // All of their overloads, as they are
  socket.write = ((...args: Parameters<typeof write>) => {
    due();
    return write(...args);
  }) as typeof write;
  socket.end = ((...args: Parameters<typeof end>) => {
    // With a farewell: without one, the runtime closes what the server has closed
    if (args.length > 0) isEnding = true;
    due();
    return end(...args);
  }) as typeof end;
  const emit = socket.emit.bind(socket);
  socket.emit = ((...args: Parameters<typeof emit>) => {
    const [event, chunk] = args;
    const lastWords = event === "data" && isBoundary
      ? lastWordsIn(chunk, { most: hasServed ? 1 : Infinity })
      : undefined;
    if (!lastWords) return emit(...args);
    socket.destroy(lastWords);
    return true;
  }) as typeof emit;
  socket.on("data", (chunk: Uint8Array) => {
    const tail = chunk.subarray(-6);
    const isOver = tail.length === 6 && ready.every((byte, index) => tail[index] === byte);
    waitingSince = isOver && !isEnding ? undefined : performance.now();
    if (isOver && !hasServed) onServed();
    hasServed ||= isOver;
    // Until then it says little, and whole messages
    isBoundary = isOver || !hasServed;
  });
  socket.on("end", () => {
    if (hasServed || isEnding) return;
    socket.destroy(new Unavailable("Cannot connect: PostgreSQL ended the connection"));
  });
  socket.on("close", () => {
    clearTimeout(timer);
    if (!hasServed) onRefused();
    else if (!isEnding) onLost();
  });
}

/** `ErrorResponse`. */
const errorResponse = 69;

/**
 * The error after which the server ends a connection, with PostgreSQL's code; undefined: it says something else. It
 * is looked for among so many messages: who was let in may be told only then that there is no such database.
 */
function lastWordsIn(
  chunk: Uint8Array,
  { most }: { readonly most: number },
): Error | undefined {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  for (let at = 0, count = 0; at + 5 <= chunk.length && count < most; count++) {
    const end = at + 1 + view.getUint32(at + 1);
    const found = chunk[at] === errorResponse ? fatalIn(chunk.subarray(at + 5, end)) : undefined;
    if (found) return found;
    at = end;
  }
  return undefined;
}

function fatalIn(message: Uint8Array): Error | undefined {
  const fields = new TextDecoder().decode(message).split("\0");
  const field = (type: string) => fields.find((text) => text.startsWith(type))?.slice(1);
  if (!["FATAL", "PANIC"].includes(field("V") ?? "")) return undefined;
  return Object.assign(new Error(field("M")), { code: field("C") });
}
