import type { Socket } from "node:net";
import type { Backend } from "./limit_query.ts";
import { openSocket, type SocketOptions } from "./open_socket.ts";

/** The protocol's own number for it. */
const cancelRequest = 80_877_102;

/**
 * Asks the server, over a connection of its own, to stop what a backend is working on. Whoever is late may stop what the
 * backend was given next: that query rejects as one does which took too long, and may be asked again.
 */
export async function cancelQuery(
  { pid, secret }: Backend,
  server: SocketOptions,
): Promise<Socket> {
  const message = new DataView(new ArrayBuffer(16));
  [message.byteLength, cancelRequest, pid, secret].forEach((value, index) =>
    message.setUint32(4 * index, value)
  );
  const socket = await openSocket(server);
  // The query has been given up: nobody is told whether it was stopped
  socket.on("error", () => {});
  socket.setTimeout(server.timeoutMs, () => socket.destroy());
  socket.end(new Uint8Array(message.buffer));
  return socket;
}
