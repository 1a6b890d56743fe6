import { WholeAnswer } from "@headwater/resilience";
import type { Context } from "hono";
import { compress, COMPRESSIBLE_CONTENT_TYPE_REGEX } from "hono/compress";
import { gzipSync } from "node:zlib";
import { type PackedOnce, RepeatedAnswer } from "./cache/repeated_answer.ts";

/** Bytes; below, packing costs more than it saves. */
const shortestPacked = 2_048;
/** Bytes; to pack more at once would keep everybody else waiting for more than a millisecond. */
const mostAtOnce = 64 * 1_024;
/** A window of 8 KiB: what is made for each answer then takes 50 kB instead of 260, and packs hardly worse. */
const gzip = { windowBits: 13, memLevel: 6 };

const asStream = compress({ threshold: shortestPacked });

/**
 * Packs an answer for a client that takes it so, as Hono's `compress` does. What is in memory is packed at once, which
 * takes half of what a stream does, and goes out in one piece.
 */
export async function packAnswer(c: Context): Promise<void> {
  const { res } = c;
  if (!(res instanceof WholeAnswer)) return void await asStream(c, nothingMore);
  const length = Number(res.headers.get("Content-Length"));
  if (length < shortestPacked) return;
  if (length > mostAtOnce || !isPackable(c, res)) return void await asStream(c, nothingMore);
  const answer = await packed(res);
  // Else the headers of the one before would be added
  c.res = undefined;
  c.res = answer;
}

/** For middleware that looks at the answer alone: it is there. */
function nothingMore(): Promise<void> {
  return Promise.resolve();
}

function isPackable({ req }: Context, { status, headers }: Response): boolean {
  return status !== 206 && !headers.has("Content-Encoding") &&
    COMPRESSIBLE_CONTENT_TYPE_REGEX.test(headers.get("Content-Type") ?? "") &&
    !/(^|,)\s*no-transform\s*(,|$)/i.test(headers.get("Cache-Control") ?? "") &&
    // As nearly all say it; whoever weighs one against another is left to Hono
    /(^|,)\s*gzip\s*(,|$)/i.test(req.header("Accept-Encoding") ?? "");
}

async function packed(answer: WholeAnswer): Promise<Response> {
  const once: PackedOnce = answer instanceof RepeatedAnswer ? answer.once : {};
  const bytes = once.bytes ??= new Uint8Array(gzipSync(await answer.arrayBuffer(), gzip));
  const { status, headers } = answer;
  headers.set("Content-Encoding", "gzip");
  headers.set("Content-Length", String(bytes.byteLength));
  if (!/(^|,)\s*(\*|accept-encoding)\s*(,|$)/i.test(headers.get("Vary") ?? "")) {
    headers.append("Vary", "Accept-Encoding");
  }
  const etag = headers.get("ETag");
  if (etag !== null && !etag.startsWith("W/")) headers.set("ETag", `W/${etag}`);
  return new Response(bytes, { status, headers });
}
