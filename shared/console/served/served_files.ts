import { fingerprint } from "@headwater/core";
import type { EdgeRoutes } from "@headwater/http";
import { browserScript } from "./browser_script.ts";
import { consolePath } from "../components/console_path.ts";
import { stylesheet } from "./style/stylesheet.ts";

const icon =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0a6570"/><g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"><path d="M6 11c5-4.6 9 4.6 14 0 2-1.7 4-2 6-1.3"/><path d="M6 17c5-4.6 9 4.6 14 0 2-1.7 4-2 6-1.3" opacity=".7"/><path d="M6 23c5-4.6 9 4.6 14 0 2-1.7 4-2 6-1.3" opacity=".4"/></g></svg>`;

/** Other contents have another URL, so browsers need not ask twice. */
export const iconUrl: string = `${consolePath}/icon.svg`;
export const styleUrl: string = `${consolePath}/style.css?v=${
  fingerprint(stylesheet).slice(0, 12)
}`;
export const scriptUrl: string = `${consolePath}/script.js?v=${
  fingerprint(browserScript).slice(0, 12)
}`;

/** The stylesheet, the script and the icon: all that pages need beside themselves. */
export function addServedFiles(app: EdgeRoutes): void {
  const files = {
    "/style.css": { text: stylesheet, type: "text/css; charset=utf-8" },
    "/script.js": { text: browserScript, type: "text/javascript; charset=utf-8" },
    "/icon.svg": { text: icon, type: "image/svg+xml" },
  };
  for (const [path, { text, type }] of Object.entries(files)) {
    app.get(path, (c) =>
      c.body(text, 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=31536000, immutable",
      }));
  }
}
