import type { Socket } from "node:net";

/**
 * Holds back what a socket tells of its end until postgres.js 3.4.9 has written what it had to. Told earlier, it keeps that for the next
 * connection, whose greeting then waits behind it and is never sent: it ends after 10 s, and so do some that follow.
 *
 * `asked` counts the queries that the pool was asked: what has to be written comes of them, and has its turn after them.
 */
export function holdEnd(socket: Socket, { asked }: { asked(): number }): void {
  let trouble: Parameters<typeof emit> | undefined;
  let end: Parameters<typeof emit> | undefined;
  const emit = socket.emit.bind(socket);
  const write = socket.write.bind(socket);

  function tell(): void {
    if (!end) return;
    const told = end;
    end = undefined;
    if (trouble) emit(...trouble);
    emit(...told);
  }
  function tellUnlessAsked(before: number): void {
    const now = asked();
    if (now === before) tell();
    else setImmediate(() => tellUnlessAsked(now));
  }
  // All of their overloads, as they are
  socket.emit = ((...args: Parameters<typeof emit>) => {
    if (args[0] === "error") {
      trouble ??= args;
      return true;
    }
    if (args[0] === "close") {
      const before = asked();
      end = args;
      setImmediate(() => tellUnlessAsked(before));
      return true;
    }
    return emit(...args);
  }) as typeof emit;
  socket.write = ((...args: Parameters<typeof write>) => {
    // That was it
    if (end) queueMicrotask(tell);
    return write(...args);
  }) as typeof write;
}
