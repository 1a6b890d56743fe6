import type { Context } from "hono";

/**
 * Sets a header on an answer that is there. Hono copies the answer for that, and with it the body becomes a stream: only
 * where it must be.
 */
export function setOnAnswer(c: Context, [name, value]: readonly [string, string]): void {
  try {
    c.res.headers.set(name, value);
  } catch (error) {
    // Headers of an answer that came by fetch cannot be changed
    if (!(error instanceof TypeError)) throw error;
    c.header(name, value);
  }
}
