/** Of 127.0.0.1, free a moment ago; below what the system gives to connections that go out. */
export function freePort(): number {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
    return port;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return freePort();
  }
}
