import { time } from "@headwater/core";

/** What became of the requests of all clients. */
export type Fate = {
  readonly answered: number;
  /** Clients that were answered at least once. */
  readonly served: number;
  /** Sent on a connection that had not said that it ends, and never answered, or not even sent: it was cut at once. */
  readonly unanswered: number;
  /** Of those that were answered: the answers that say 5xx. */
  readonly failed: readonly string[];
  /** Connections that said so. */
  readonly told: number;
};

/** Clients that keep their connections, and ask one thing after the other until nobody listens any more. */
export type KeptAliveClients = {
  readonly fate: Fate;
  /** Resolves when each of them was refused a connection. */
  refused(): Promise<Fate>;
};

/**
 * Starts them. They write to bare sockets: unlike every library they ask nothing twice, and hide nothing. One whose
 * connection ends opens another.
 */
export function keptAliveClients({ url, count, requestOf, pauseMs = 0 }: {
  readonly url: string;
  readonly count: number;
  /** The request's lines and body, without `Host`; different ones, if need be. */
  requestOf(number: number): { readonly line: string; readonly headers?: string; body?: string };
  /** Between an answer and the next request. */
  readonly pauseMs?: number;
}): KeptAliveClients {
  const { hostname, port, host } = new URL(url);
  const failed: string[] = [];
  const fate = { answered: 0, served: 0, unanswered: 0, failed, told: 0 };
  let asked = 0;

  function nextRequest(): Uint8Array {
    const { line, headers = "", body = "" } = requestOf(asked++);
    const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
    return new TextEncoder().encode(
      `${line} HTTP/1.1\r\nHost: ${host}\r\n${headers}${length}\r\n${body}`,
    );
  }
  async function client(): Promise<void> {
    let isServed = false;
    for (let connection; (connection = await connect({ hostname, port: Number(port) }));) {
      if (connection === "cut") {
        fate.unanswered++;
        continue;
      }
      using open = connection;
      for (let goesOn = true; goesOn;) {
        const answer = await ask(open, nextRequest());
        if (answer === undefined) {
          fate.unanswered++;
          break;
        }
        fate.answered++;
        if (!isServed) fate.served++;
        isServed = true;
        if (/^HTTP\/1\.1 5/.test(answer)) failed.push(answer);
        const [head = ""] = answer.split("\r\n\r\n");
        goesOn = !/^connection: close\r?$/im.test(head);
        if (!goesOn) fate.told++;
        else if (pauseMs > 0) await time.pause(pauseMs);
      }
    }
  }
  const ending = Promise.all(Array.from({ length: count }, client));
  return {
    fate,
    async refused() {
      await ending;
      return fate;
    },
  };
}

/** Undefined: nobody listens there. "cut": somebody did, and ended before anything could be asked. */
async function connect(address: Deno.ConnectOptions): Promise<Deno.TcpConn | "cut" | undefined> {
  try {
    return await Deno.connect(address);
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return undefined;
    if (error instanceof Deno.errors.ConnectionReset) return "cut";
    throw error;
  }
}

/** A whole answer; undefined when the connection ends before. */
async function ask(connection: Deno.TcpConn, request: Uint8Array): Promise<string | undefined> {
  try {
    await connection.write(request);
    const bytes = new Uint8Array(16 * 1024);
    let answer = "";
    for (;;) {
      const count = await connection.read(bytes);
      if (count === null) return undefined;
      answer += new TextDecoder("latin1").decode(bytes.subarray(0, count));
      const [head = "", ...rest] = answer.split("\r\n\r\n");
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      const body = rest.join("\r\n\r\n");
      const isWhole = length === undefined
        ? answer.endsWith("\r\n0\r\n\r\n")
        : body.length === Number(length);
      if (rest.length > 0 && isWhole) return answer;
    }
  } catch (error) {
    const isCut = error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset;
    if (isCut) return undefined;
    throw error;
  }
}
