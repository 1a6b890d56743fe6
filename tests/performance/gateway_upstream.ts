import { tell, untilEnded } from "./conversing_process.ts";

/** What a part takes that is slow, in milliseconds. */
export const slowPartMs = 20;

/** About 1 kB. */
const answer = JSON.stringify({
  sku: "SKU1",
  onHand: 1_000,
  reserved: 12,
  available: 988,
  text: "x".repeat(950),
});
const headers = { "Content-Type": "application/json", "X-Position": "4711" };

/** Whatever service is asked for anything that clients may ask: the same at once, or after a while for shipments. */
async function serveUpstream(): Promise<void> {
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tell(`http://127.0.0.1:${port}`) },
    async ({ url }) => {
      const { pathname } = new URL(url);
      if (!/^\/(api|orders)\//.test(pathname)) return new Response(null, { status: 404 });
      if (pathname.startsWith("/api/shipments/")) {
        await new Promise((resolve) => setTimeout(resolve, slowPartMs));
      }
      return new Response(answer, { headers });
    },
  );
  await untilEnded();
}

if (import.meta.main) await serveUpstream();
