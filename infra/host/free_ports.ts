/** Below what systems give to connections that go out: a port stays free while its process is started again. */
const lowest = 10_000;
const highest = 32_000;

/** Ports of 127.0.0.1, free a moment ago. All are held at once, so that no two are the same. */
export function freePorts(count: number): number[] {
  using listeners = new DisposableStack();
  return Array.from({ length: count }, () => {
    for (;;) {
      const port = lowest + Math.floor(Math.random() * (highest - lowest));
      try {
        listeners.use(Deno.listen({ hostname: "127.0.0.1", port }));
        return port;
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
  });
}
