import assert from "node:assert/strict";
import axe from "axe-core";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumPath } from "./chromium.ts";

/** A browser that looks at one origin. */
export type ConsoleBrowser = AsyncDisposable & {
  /** A tab of its own, which is held to what every page has to keep: see `wellBehaved`. */
  open(path: string, options?: BrowserContextOptions): Promise<Tab>;
};

export type Tab = {
  readonly page: Page;
  /** Nothing was complained of on any page so far, nothing has moved under the reader, and all is within reach of everybody. */
  wellBehaved(): Promise<void>;
};

/** Of a page's life, as browsers sum it up; more is felt as a jump. */
const mostShift = 0.1;
/** WCAG 2.2, levels A and AA. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Longer than anything takes here, on a machine that does other things too. */
const patienceMs = 60_000;

/** Starts the machine's browser. */
export async function startConsoleBrowser(origin: string): Promise<ConsoleBrowser> {
  const browser = await chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    // Chromium refuses its sandbox to root, as whom tests run in containers
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
  return {
    async open(path, options = {}) {
      const context = await browser.newContext({
        ...{ baseURL: origin, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" },
        ...options,
      });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        const isOfPage = ["error", "warning"].includes(message.type());
        // What the console answers to an act that was refused is no fault of the page
        const isAnswer = /status of 4\d\d/.test(message.text());
        if (isOfPage && !isAnswer) complaints.push(message.text());
      });
      page.on("pageerror", ({ message }) => complaints.push(message));
      await page.addInitScript(watchShifts);
      await page.goto(path);
      return {
        page,
        async wellBehaved() {
          const shift = await page.evaluate<number>("window.shifted ?? 0");
          assert.ok(shift <= mostShift, `${page.url()} shifts by ${shift}`);
          await page.evaluate(axe.source);
          const { violations } = await page.evaluate<axe.AxeResults>(
            `axe.run(document, { runOnly: ${JSON.stringify(rules)} })`,
          );
          assert.deepEqual(
            violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
            [],
            page.url(),
          );
          assert.deepEqual(complaints, []);
        },
      };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Runs in the page, before anything of it. */
const watchShifts = `
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value;
  }).observe({ type: "layout-shift", buffered: true });
`;
