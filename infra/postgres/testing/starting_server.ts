/** A server that is just starting, as PostgreSQL then answers whoever comes. */
export type StartingServer = AsyncDisposable & {
  readonly url: string;
  /** When each connection came, as `performance.now()` counts. */
  readonly attempts: readonly number[];
};

const word = new TextEncoder();
const served = message("R", [0, 0, 0, 0], message("Z", word.encode("I")));
const refusal = message(
  "E",
  word.encode("SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"),
);

/** Its first connection is served and ends with its first query; every later one is refused. */
export function startStartingServer(): StartingServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const attempts: number[] = [];

  async function answer(connection: Deno.Conn): Promise<void> {
    using open = connection;
    const isFirst = attempts.push(performance.now()) === 1;
    const anything = new Uint8Array(1_024);
    await open.read(anything);
    await open.write(isFirst ? served : refusal);
    if (isFirst) await open.read(anything);
  }
  async function serve(): Promise<void> {
    const answers: Promise<void>[] = [];
    for await (const connection of listener) answers.push(answer(connection));
    await Promise.all(answers);
  }
  const serving = serve();
  return {
    url: `postgres://somebody@127.0.0.1:${listener.addr.port}/anything`,
    attempts,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

/** A message of the protocol, and what follows it. */
function message(
  type: string,
  body: ArrayLike<number>,
  next: Uint8Array = new Uint8Array(),
): Uint8Array {
  const bytes = new Uint8Array(5 + body.length + next.length);
  bytes[0] = type.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, 4 + body.length);
  bytes.set(body, 5);
  bytes.set(next, 5 + body.length);
  return bytes;
}
