import { tell, untilEnded } from "./conversing_process.ts";

/** What a part takes that is slow, in milliseconds. */
const slowPartMs = 20;

/** About 1 kB. */
const answer = JSON.stringify({
  sku: "SKU1",
  onHand: 1_000,
  reserved: 12,
  available: 988,
  text: "x".repeat(950),
});
const position = 4711;
const headers = { "Content-Type": "application/json", "X-Position": String(position) };
const beatMs = 1_000;

/**
 * Whatever service is asked for anything that clients may ask: the same at once, or after a while for shipments. Its read
 * models never change, and of two strangled routes one is asked in the shadow each time.
 */
async function serveUpstream(): Promise<void> {
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tell(`http://127.0.0.1:${port}`) },
    async ({ url }) => {
      const { pathname, searchParams } = new URL(url);
      if (pathname === "/views/changes") return unchanging(searchParams.get("views") ?? "");
      if (pathname === "/strangler/routes") {
        return Response.json([strangled("shadowed", 100), strangled("unshadowed", 0)]);
      }
      if (!/^\/(api|orders)\//.test(pathname)) return new Response(null, { status: 404 });
      if (pathname.startsWith("/api/shipments/")) {
        await new Promise((resolve) => setTimeout(resolve, slowPartMs));
      }
      return new Response(answer, { headers });
    },
  );
  await untilEnded();
}

/** Says how far views are, and then that they still are. */
function unchanging(views: string): Response {
  const first = [
    { log: "bench" },
    ...views.split(",").map((view) => ({ view, position, isRewrite: true })),
  ];
  let timer: ReturnType<typeof setInterval>;
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(first.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""));
      timer = setInterval(() => stream.enqueue(":\n\n"), beatMs);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "Content-Type": "text/event-stream" },
  });
}

/** As operators have decided. */
function strangled(route: string, shadowPercent: number) {
  return {
    ...{ route, mode: "legacy", percent: 0, shadowPercent, isKilled: false, setting: 1 },
    ...{ shadowRound: 1, moves: 0, hasLegacyPins: false, hasNewPins: false },
  };
}

if (import.meta.main) await serveUpstream();
