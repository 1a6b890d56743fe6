import type { Env, Hono } from "hono";
import { hasMatch } from "./tag_match.ts";

/**
 * Adds a page with a description, which is made when somebody asks for the first time. It changes with the release
 * alone: who has it already is told so.
 */
export function addDescription<E extends Env>(
  app: Hono<E>,
  { path, describe }: {
    readonly path: string;
    /** Gives JSON. */
    describe(): unknown;
  },
): void {
  let made: Promise<{ readonly text: string; readonly etag: string }> | undefined;
  app.get(path, async (c) => {
    const { text, etag } = await (made ??= written(describe()));
    const headers = { ETag: etag, "Cache-Control": "no-cache" };
    if (hasMatch(c.req.header("If-None-Match"), etag)) return c.body(null, 304, headers);
    return c.body(text, 200, { ...headers, "Content-Type": "application/json" });
  });
}

async function written(description: unknown) {
  const text = `${JSON.stringify(description, null, 2)}\n`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { text, etag: `"${new Uint8Array(hash).toHex().slice(0, 32)}"` };
}
