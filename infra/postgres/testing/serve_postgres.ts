/** What listens where a PostgreSQL might, until it is disposed. */
export type PostgresDouble = AsyncDisposable & { readonly url: string };

/** Speaks with whoever connects as a test has it; it ends when all of them have. */
export function servePostgres(
  speak: (connection: Deno.Conn) => Promise<void>,
): PostgresDouble {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  async function attend(connection: Deno.Conn): Promise<void> {
    using open = connection;
    await speak(open);
  }
  async function serve(): Promise<void> {
    const attended: Promise<void>[] = [];
    for await (const connection of listener) attended.push(attend(connection));
    await Promise.all(attended);
  }
  const serving = serve();
  return {
    url: `postgres://somebody@127.0.0.1:${listener.addr.port}/anything`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

/** A message as both sides frame them: its type, its length, and what it says. */
export function message(type: string, body: string | readonly number[]): readonly number[] {
  const said = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, 4 + said.length);
  return [type.charCodeAt(0), ...length, ...said];
}
