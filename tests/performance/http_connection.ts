const encoder = new TextEncoder();
/** A character for each byte. */
const decoder = new TextDecoder("latin1");

/** One connection that is kept: a request after the other, each when the answer before it is there. */
export class HttpConnection {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    return new HttpConnection(connection);
  }

  /** As browsers ask. */
  static request(url: string): Uint8Array {
    const { host, pathname, search } = new URL(url);
    return encoder.encode(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\n` +
        "Accept-Encoding: gzip, deflate, br\r\nUser-Agent: bench\r\n\r\n",
    );
  }

  /** Resolves when the whole answer is there. Errors: it is not a 200, or has no end that can be known. */
  async ask(request: Uint8Array): Promise<void> {
    let written = await this.#connection.write(request);
    while (written < request.length) {
      written += await this.#connection.write(request.subarray(written));
    }
    let head = "";
    let end = -1;
    while (end < 0) {
      head += await this.#read();
      end = head.indexOf("\r\n\r\n");
    }
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`Cannot measure: "${head}"`);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const body = end + "\r\n\r\n".length;
    if (length !== undefined) {
      for (let left = body + Number(length) - head.length; left > 0;) {
        left -= (await this.#read()).length;
      }
      return;
    }
    if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
      throw new Error(`Cannot measure: an answer without an end: "${head}"`);
    }
    while (!head.endsWith("\r\n0\r\n\r\n")) head += await this.#read();
  }

  close(): void {
    this.#connection.close();
  }

  async #read(): Promise<string> {
    const count = await this.#connection.read(this.#buffer);
    if (count === null) throw new Error("Cannot measure: the connection has ended");
    return decoder.decode(this.#buffer.subarray(0, count));
  }
}
