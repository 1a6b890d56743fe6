/** A server that shuts down under a query, is starting for a while, and then serves: as PostgreSQL speaks meanwhile. */
export type ReturningServer = AsyncDisposable & {
  readonly url: string;
  /** When each connection came, as `performance.now()` counts. */
  readonly attempts: readonly number[];
};

const word = new TextEncoder();
const proven = message("R", [0, 0, 0, 0]);
const welcome = [...proven, ...message("Z", word.encode("I"))];
const answer = [...message("C", word.encode("SELECT 0\0")), ...message("Z", word.encode("I"))];
const farewell = fatal("57P01", "terminating connection due to administrator command");
const starting = fatal("57P03", "the database system is starting up");
const unknown = [...proven, ...fatal("3D000", 'database "anything" does not exist')];

/**
 * The connection after the first one is refused, and so are as many as it takes to have refused that number: by a server
 * that is `starting`, or one that knows who asks and has his database no more.
 */
export function startReturningServer(
  { refusals, as = "starting" }: {
    readonly refusals: number;
    readonly as?: "starting" | "unknown";
  },
): ReturningServer {
  const refusal = as === "starting" ? starting : unknown;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const attempts: number[] = [];

  async function attend(connection: Deno.Conn): Promise<void> {
    using open = connection;
    const attempt = attempts.push(performance.now());
    const anything = new Uint8Array(1_024);
    async function say(bytes: readonly number[]): Promise<boolean> {
      if (await open.read(anything) === null) return false;
      await open.write(Uint8Array.from(bytes));
      return true;
    }
    if (attempt > 1 && attempt <= 1 + refusals) return void await say(refusal);
    await say(welcome);
    if (attempt === 1) return void await say(farewell);
    while (await say(answer));
  }
  async function serve(): Promise<void> {
    const attended: Promise<void>[] = [];
    for await (const connection of listener) attended.push(attend(connection));
    await Promise.all(attended);
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

function fatal(code: string, text: string): readonly number[] {
  return message("E", word.encode(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`));
}

function message(type: string, body: ArrayLike<number>): readonly number[] {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, 4 + body.length);
  return [type.charCodeAt(0), ...length, ...Array.from(body)];
}
