import type { GivingUp } from "./giving_up.ts";
import { AnswerLost, HttpConnection, type Peer, type Sent } from "./http_connection.ts";

/** Milliseconds; servers and what is between end connections after 60 s or more, some without a word. */
const longestRestMs = 30_000;
const mostAtRest = 256;

type AtRest = { readonly connection: HttpConnection; readonly since: number };

/** Connections that are kept for the next request to the same peer, until it is disposed. */
export class KeptConnections implements Disposable {
  readonly #atRest = new Map<string, AtRest[]>();
  #isDisposed = false;

  /**
   * Sends a request once. Only where a connection that was kept turns out to have ended before a byte of an answer, and
   * the request may be repeated, it is sent a second time, on a connection of its own. Where there is none to be had, the
   * first time counts: somebody may have heard it, and died of something else.
   *
   * Errors: `AnswerLost`, `BrokenAnswer`, `NotConnected`, the reason to give up.
   */
  async send(peer: Peer, sent: Sent & { readonly mayRepeat: boolean }): Promise<Response> {
    const key = `${peer.isTls} ${peer.hostname} ${peer.port}`;
    const kept = this.#take(key);
    let lost: AnswerLost | undefined;
    if (kept) {
      try {
        return await kept.ask(sent, () => this.#keep(key, kept));
      } catch (error) {
        if (!(error instanceof AnswerLost && error.wasSilent && sent.mayRepeat)) throw error;
        lost = error;
      }
    }
    const connection = await open(peer, sent.givingUp).catch((error) => {
      throw lost ?? error;
    });
    return await connection.ask(sent, () => this.#keep(key, connection));
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const { connection } of [...this.#atRest.values()].flat()) connection.close();
    this.#atRest.clear();
  }

  /** The one that was used last: the others may be given up sooner. */
  #take(key: string): HttpConnection | undefined {
    const last = this.#atRest.get(key)?.pop();
    if (!last) return undefined;
    if (performance.now() - last.since > longestRestMs) {
      for (const { connection } of [last, ...this.#atRest.get(key) ?? []]) connection.close();
      this.#atRest.delete(key);
      return undefined;
    }
    last.connection.wake();
    return last.connection;
  }

  #keep(key: string, connection: HttpConnection): void {
    let others = this.#atRest.get(key);
    if (!others) this.#atRest.set(key, others = []);
    if (this.#isDisposed || others.length >= mostAtRest) return connection.close();
    const now = performance.now();
    while (others.length > 0 && now - others[0]!.since > longestRestMs) {
      others.shift()!.connection.close();
    }
    others.push({ connection, since: now });
    connection.rest(() => {
      const at = others.findIndex((other) => other.connection === connection);
      if (at >= 0) others.splice(at, 1);
    });
  }
}

/** Nothing was sent. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
}

async function open(peer: Peer, givingUp: GivingUp): Promise<HttpConnection> {
  try {
    return await HttpConnection.open(peer, givingUp);
  } catch (cause) {
    givingUp.throwIfDue();
    throw new NotConnected("Cannot connect", { cause });
  }
}
