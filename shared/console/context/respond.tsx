import type { EdgeContext, EdgeRoutes } from "@headwater/http";
import type { Context } from "hono";
import { Layout, type LayoutProps } from "../components/layout.tsx";
import { ViewerContext } from "../components/viewer.tsx";
import { consolePath } from "../components/console_path.ts";
import { iconUrl, scriptUrl, styleUrl } from "../served/served_files.ts";
import type { ConsoleContext } from "./console_context.ts";
import { viewerOf } from "./viewer_of.ts";

/** Scripts and styles are ours alone, and in files of their own: what got into a page as text stays text. */
const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src", "form-action"].map((each) =>
    `${each} 'self'`
  ),
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Puts the console's headers on every answer of its routes. */
export function addHeaders(app: EdgeRoutes): void {
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
}

type Page =
  & Omit<LayoutProps, "application" | "menu" | "viewer" | "iconUrl" | "scriptUrl" | "styleUrl">
  & {
    /** Path of the section it belongs to. */
    readonly section?: string;
  };

/** What a page is answered with: its layout and what is on it. */
export async function respond(
  c: EdgeContext & Pick<Context, "html">,
  { context, status = 200, section, ...page }: Page & {
    readonly context: ConsoleContext;
    readonly status?: 200 | 400 | 403 | 404 | 409 | 422 | 500 | 503;
  },
): Promise<Response> {
  const { application, sections, troubles } = context;
  const counts = Map.groupBy(troubles.known(), (each) => each.section);
  const menu = sections.map(({ path, title }) => ({
    href: consolePath + path,
    title,
    count: counts.get(path)?.length ?? 0,
    isCurrent: path === section,
  }));
  const served = { iconUrl, scriptUrl, styleUrl };
  const viewer = viewerOf(c, context);
  const markup = await (
    <ViewerContext.Provider value={viewer}>
      <Layout {...page} {...served} {...{ application, menu, viewer }} />
    </ViewerContext.Provider>
  );
  return c.html(`<!DOCTYPE html>${markup}`, status);
}
