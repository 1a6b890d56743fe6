import { edge } from "@headwater/http";
import { WholeAnswer } from "@headwater/resilience";
import { type AnswerHead, answerHead, BrokenAnswer } from "./answer_head.ts";
import type { GivingUp } from "./giving_up.ts";
import { ReceivedBytes } from "./received_bytes.ts";

/** Where a connection goes. */
export type Peer = { readonly hostname: string; readonly port: number; readonly isTls: boolean };

/** A request as it goes out. */
export type Sent = {
  readonly method: string;
  /** All up to the empty line, and that. */
  readonly head: string;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly givingUp: GivingUp;
};

/** The connection has ended before the answer has. */
export class AnswerLost extends Error {
  override readonly name = "AnswerLost";

  constructor(
    /** Not a byte of it had come: a connection that was kept may have ended before it was used. */
    readonly wasSilent: boolean,
    options?: ErrorOptions,
  ) {
    super("Cannot read an answer: the connection has ended before it", options);
  }
}

/** Bytes; a longer body, or one whose length is not known, is handed on as it comes. */
const longestWhole = 64 * 1024;
/** Bytes. */
const usualHead = 4 * 1024;
const textual = /^(text\/|application\/([\w.-]+\+)?json\b)/i;
const encoder = new TextEncoder();

/** A connection over which one request is sent after the other, each once the answer before it has been read. */
export class HttpConnection {
  readonly #connection: Deno.Conn;
  readonly #received: ReceivedBytes;
  /** Of the head that is being sent: one at a time. */
  readonly #sent = new Uint8Array(usualHead);
  #isClosed = false;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#received = new ReceivedBytes((bytes) => connection.read(bytes));
  }

  /** Errors: the reason to give up, those of `Deno.connect`. */
  static async open({ isTls, ...peer }: Peer, givingUp: GivingUp): Promise<HttpConnection> {
    const connecting: Promise<Deno.Conn> = isTls ? Deno.connectTls(peer) : connectPlain(peer);
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(givingUp.reason);
    givingUp.heed(onAbort);
    try {
      return new HttpConnection(await Promise.race([connecting, aborted.promise]));
    } catch (error) {
      connecting.then((late) => late.close(), () => {/* The caller has been told already. */});
      throw error;
    } finally {
      givingUp.forget(onAbort);
    }
  }

  /**
   * The answer, with its body in memory where that is short, else with one that has to be read or cancelled. `onFree` is
   * called as soon as another request can be sent; until then nobody else may.
   *
   * Errors: `AnswerLost`, `BrokenAnswer`, the reason to give up.
   */
  async ask(sent: Sent, onFree: () => void): Promise<Response> {
    const { method, givingUp } = sent;
    const onAbort = () => this.close();
    givingUp.heed(onAbort);
    let isWritten = false;
    const over = (isReusable: boolean) => {
      givingUp.forget(onAbort);
      // What comes after an answer was not asked for
      if (isReusable && isWritten && !this.#isClosed && this.#received.isEmpty) onFree();
      else this.close();
    };
    try {
      // Side by side: who refuses a long body may say so, and end the connection, before it was written
      this.#write(sent).then(() => isWritten = true, () => {/* What is read says more. */});
      let head: AnswerHead;
      do head = answerHead(await this.#received.head(), method); while (isInterim(head));
      return await this.#answer(head, { givingUp, over });
    } catch (error) {
      over(false);
      givingUp.throwIfDue();
      throw describe(error, this.#received.count === 0);
    }
  }

  /** Until it is used again: `onEnd` is called when the other side ends it. */
  rest(onEnd: () => void): void {
    this.#connection.unref();
    this.#received.watch(() => {
      this.close();
      onEnd();
    });
  }

  /** The end of its rest. */
  wake(): void {
    this.#received.expect();
    this.#connection.ref();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  async #write({ head, body }: Sent): Promise<void> {
    const text = this.#bytesOf(head);
    if (!body) return await this.#writeAll(text);
    if (body.byteLength > longestWhole) {
      await this.#writeAll(text);
      return await this.#writeAll(body);
    }
    const bytes = new Uint8Array(text.byteLength + body.byteLength);
    bytes.set(text);
    bytes.set(body, text.byteLength);
    await this.#writeAll(bytes);
  }

  /** A byte for each character: header values may hold others than those of ASCII. */
  #bytesOf(head: string): Uint8Array {
    // deno-lint-ignore no-control-regex -- what is not ASCII
    if (head.length > this.#sent.byteLength || /[^\x00-\x7f]/.test(head)) {
      return Uint8Array.from(head, (character) => character.charCodeAt(0));
    }
    encoder.encodeInto(head, this.#sent);
    return this.#sent.subarray(0, head.length);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      at += await this.#connection.write(at === 0 ? bytes : bytes.subarray(at));
    }
  }

  /** As text where it is such: that is neither copied nor freed as often as bytes, whoever makes what of it. */
  async #whole(
    length: number,
    { "content-type": type, "content-encoding": encoding }: AnswerHead["headers"],
  ): Promise<string | Uint8Array<ArrayBuffer> | null> {
    if (length === 0) return null;
    return type !== undefined && encoding === undefined && textual.test(type)
      ? await this.#received.text(length)
      : await this.#received.exactly(length);
  }

  async #answer(
    { status, headers, cookies, body, isKept }: AnswerHead,
    { givingUp, over }: { readonly givingUp: GivingUp; over(isReusable: boolean): void },
  ): Promise<Response> {
    if (typeof body === "number" && body <= longestWhole) {
      const whole = await this.#whole(body, headers);
      const answer = withHeaders(new WholeAnswer(whole, { status }), { headers, cookies });
      over(isKept);
      return answer;
    }
    const parts = this.#received.parts(body);
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        try {
          const { value, done } = await parts.next();
          if (value) controller.enqueue(value);
          if (!done) return;
          over(isKept);
          controller.close();
        } catch (error) {
          over(false);
          controller.error(givingUp.isDue ? givingUp.reason : describe(error, false));
        }
      },
      cancel: () => over(false),
    }, { highWaterMark: 0 });
    return withHeaders(new Response(stream, { status }), { headers, cookies });
  }
}

async function connectPlain(peer: { hostname: string; port: number }): Promise<Deno.TcpConn> {
  const connection = await Deno.connect(peer);
  connection.setNoDelay(true);
  return connection;
}

/** More is to come: `100 Continue`, early hints. */
function isInterim({ status }: AnswerHead): boolean {
  if (status === 101) throw new BrokenAnswer("Cannot go over to another protocol: nobody asked");
  return status < 200;
}

function describe(error: unknown, wasSilent: boolean): Error {
  if (error instanceof BrokenAnswer) return error;
  // Of a header's name or value that is none
  if (error instanceof TypeError) return new BrokenAnswer(error.message, { cause: error });
  return new AnswerLost(wasSilent, { cause: error });
}

/**
 * Those that are for more than this connection, one by one: of all that it is made with, Deno 2.9.6 makes an answer that
 * a server can send as it is, in vain as soon as somebody looks at a header, which takes three times as long.
 */
function withHeaders<Answer extends Response>(
  answer: Answer,
  { headers, cookies }: Pick<AnswerHead, "headers" | "cookies">,
): Answer {
  const own = answer.headers;
  const isOfConnection = edge.headersOfConnection(headers["connection"] ?? null);
  for (const name in headers) if (!isOfConnection(name)) own.set(name, headers[name]!);
  for (const cookie of cookies) own.append("set-cookie", cookie);
  return answer;
}
