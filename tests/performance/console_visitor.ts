import { chromium } from "playwright-core";
import { chromiumPath } from "../browser/chromium.ts";
import { tell } from "./conversing_process.ts";
import { jsonLines } from "./json_lines.ts";

/** What the process is told: to look at a page as somebody who has never been there. */
export type Visit = { readonly url: string };

export type Visited = {
  /** From the request to the first text on the screen, in milliseconds. */
  readonly firstPaintMs: number;
  /** Of the page and all that it loads, as it goes over the network, in kB. */
  readonly transferred: number;
};

/** Asked of the page: resolves once something is painted. */
const looked = `new Promise((resolve) => {
  function look() {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    if (!paint) return requestAnimationFrame(look);
    const loaded = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
    const transferred = loaded.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1_000;
    resolve({ firstPaintMs: paint.startTime, transferred });
  }
  look();
})`;

if (import.meta.main) {
  const browser = await chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  for await (const { url } of jsonLines(Deno.stdin.readable) as AsyncIterable<Visit>) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const answer = await page.goto(url, { waitUntil: "load" });
    if (answer?.status() !== 200) throw new Error(`Cannot look at ${url}: ${answer?.status()}`);
    tell(await page.evaluate(looked) as Visited);
    await context.close();
  }
  await browser.close();
  Deno.exit(0);
}
