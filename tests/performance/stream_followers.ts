import { jsonLines } from "./json_lines.ts";
import { tell } from "./conversing_process.ts";

/** What the process is told: to follow these, or to say what came since it was asked last. */
export type FollowersOrder = { readonly follow: readonly string[] } | { readonly take: true };

export type Arrivals = {
  /** How many events came, on all streams. */
  readonly count: number;
  /** From when the log took an event to when it was here, in milliseconds. */
  readonly tookMs: readonly number[];
};

/** So many are opened at the same time. */
const openedAtOnce = 16;
/** Where an event says when the log took it. */
const taken = /"at":"([^"]{24})","service"/g;

let tookMs: number[] = [];
/** A connection for each, as if each were another client. */
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

async function follow(url: string): Promise<void> {
  const answer = await fetch(url, { client });
  if (answer.status !== 200) {
    throw new Error(`Cannot follow ${url}: ${answer.status} ${await answer.text()}`);
  }
  note(url, answer.body!);
}

async function note(url: string, body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + text).split("\n\n");
    rest = frames.pop() ?? "";
    const now = Date.now();
    for (const frame of frames) {
      for (const [, at = ""] of frame.matchAll(taken)) tookMs.push(now - Date.parse(at));
    }
  }
  throw new Error(`Cannot follow ${url} any more: it has ended`);
}

async function followAll(urls: readonly string[]): Promise<void> {
  const rest = urls.values();
  await Promise.all(Array.from({ length: openedAtOnce }, async () => {
    for (const url of rest) await follow(url);
  }));
}

if (import.meta.main) {
  for await (const order of jsonLines(Deno.stdin.readable) as AsyncIterable<FollowersOrder>) {
    if ("follow" in order) {
      await followAll(order.follow);
      tell({ following: order.follow.length });
    } else {
      tell({ count: tookMs.length, tookMs } satisfies Arrivals);
      tookMs = [];
    }
  }
  Deno.exit(0);
}
