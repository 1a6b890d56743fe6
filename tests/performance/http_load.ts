import { jsonLines } from "./json_lines.ts";
import { tell } from "./conversing_process.ts";
import { HttpConnection } from "./http_connection.ts";

/** What is asked, in turn, over connections that are kept. */
export type Load =
  & {
    readonly urls: readonly string[];
    readonly ms: number;
  }
  & (
    | {
      /** So many requests are always under way. */
      readonly inFlight: number;
    }
    | {
      /** A request comes every so often, whatever becomes of those before it. */
      readonly perSecond: number;
    }
  );

export type LoadAnswer = {
  readonly done: number;
  readonly perSecond: number;
  /** By URL: what each request took, from its writing to the last byte of its answer, in milliseconds. */
  readonly tookMs: readonly (readonly number[])[];
};

/**
 * Asks as little of the processors as it can, so that it is not what is measured: requests are bytes that are written
 * again and again, of answers nothing is looked at but their status and their length.
 */
async function generate(load: Load): Promise<LoadAnswer> {
  const { urls, ms } = load;
  const targets = urls.map((url) => ({
    url,
    request: HttpConnection.request(url),
    idle: [] as HttpConnection[],
    tookMs: [] as number[],
  }));
  const begin = performance.now();
  let asked = 0;

  async function askOne(): Promise<void> {
    const { url, request, idle, tookMs } = targets[asked++ % targets.length]!;
    const connection = idle.pop() ?? await HttpConnection.open(url);
    const sentAt = performance.now();
    await connection.ask(request);
    tookMs.push(performance.now() - sentAt);
    idle.push(connection);
  }

  try {
    if ("inFlight" in load) {
      await Promise.all(Array.from({ length: load.inFlight }, async () => {
        while (performance.now() - begin < ms) await askOne();
      }));
    } else {
      const underWay: Promise<void>[] = [];
      for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - begin) {
        while (asked < elapsed * load.perSecond / 1_000) underWay.push(askOne());
        const nextMs = asked / load.perSecond * 1_000 - elapsed;
        await new Promise((resolve) => setTimeout(resolve, nextMs));
      }
      await Promise.all(underWay);
    }
  } finally {
    for (const { idle } of targets) for (const connection of idle) connection.close();
  }
  const perSecond = asked / (performance.now() - begin) * 1_000;
  return { done: asked, perSecond, tookMs: targets.map(({ tookMs }) => tookMs) };
}

if (import.meta.main) {
  for await (const load of jsonLines(Deno.stdin.readable)) tell(await generate(load as Load));
}
