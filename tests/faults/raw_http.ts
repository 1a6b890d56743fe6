/** What came back on a connection: the answers one after the other, and whether it was ended from the other side. */
export type Exchange = {
  readonly answers: readonly {
    readonly status: number;
    readonly head: string;
    readonly body: string;
  }[];
  readonly hasEnded: boolean;
};

const decoder = new TextDecoder("latin1");

/** Over a socket of its own, so that nothing is put right on the way. */
export async function openRawHttp(url: string) {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let received = "";
  let hasEnded = false;
  const bytes = new Uint8Array(64 * 1024);

  return {
    async send(text: string): Promise<void> {
      const sent = Uint8Array.from(text, (character) => character.charCodeAt(0));
      for (let at = 0; at < sent.length;) at += await connection.write(sent.subarray(at));
    },
    /** Reads until there are so many answers, or nothing more will come. */
    async answers(count: number): Promise<Exchange> {
      for (;;) {
        const answers = answersIn(received);
        if (answers.length >= count || hasEnded) return { answers, hasEnded };
        const read = await connection.read(bytes).catch(() => null);
        if (read === null) hasEnded = true;
        else received += decoder.decode(bytes.subarray(0, read));
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** Those that are here whole; all that is sent here says how long it is. */
function answersIn(received: string): Exchange["answers"] {
  const answers: { status: number; head: string; body: string }[] = [];
  for (let at = 0;;) {
    const end = received.indexOf("\r\n\r\n", at);
    if (end < 0) return answers;
    const head = received.slice(at, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const body = received.slice(end + 4, end + 4 + length);
    if (body.length < length) return answers;
    answers.push({ status: Number(head.split(" ")[1]), head, body });
    at = end + 4 + length;
  }
}
