import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { root } from "../architecture/place.ts";

/** `PICTURES=docs deno task test tests/browser` makes those of the README anew; otherwise nothing is written. */
const folder = Deno.env.get("PICTURES") || undefined;

/** Keeps what a page looks like, where somebody has asked for it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  const path = fileURLToPath(new URL(`${folder}/${name}.png`, root));
  // Everything that says something, and no more than pages of words may weigh
  const clip = { x: 0, y: 0, width: 1280, height: 560 };
  await page.screenshot({ path, clip, animations: "disabled" });
}
