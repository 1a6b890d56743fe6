import { BadInput } from "@headwater/resilience";

/** In ordinary paths there is none of it: the rest is looked at only then. */
const suspicious = /[\\#%;]|\/\/|\/\.{1,2}(?:\/|$)/;

/** What the next one to decode would take for a separator, a dot, an end or another of its kind. */
const encodedTwice = /%(?:2f|5c|2e|00|25)/i;

/**
 * Refuses what others could read in another way than we do: a path with more than one meaning, before anybody has
 * matched or forwarded it, and a request for another protocol. Who passes has a path in which each segment is one name.
 *
 * Errors: `BadInput` that says which part it is.
 */
export function assertPlainRequest({ url, headers }: Request): void {
  // Not `get`: by `has` Deno takes all headers over at once, which are looked at many times from here on
  if (headers.has("Upgrade") && /websocket/i.test(headers.get("Upgrade")!)) {
    throw new BadInput([{
      path: "Upgrade",
      message: "There is no WebSocket here: send a plain request",
    }]);
  }
  const path = pathOf(url);
  if (!suspicious.test(path)) return;
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const fault = faultOf(segment, { isLast });
    if (fault === undefined) continue;
    const shown = JSON.stringify(segment.slice(0, 100));
    throw new BadInput([{ path: "path", message: `${fault}, in segment ${shown}` }]);
  }
}

/** As it came: `URL` would have resolved what is to be refused. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start < 0) return "";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

function faultOf(segment: string, { isLast }: { readonly isLast: boolean }): string | undefined {
  // One at the end is a path of its own, which there may be a route for or not
  if (segment === "") return isLast ? undefined : "Must not have an empty segment";
  const decoded = decodedSegment(segment);
  if (decoded === undefined) return "Must be percent-encoded UTF-8";
  if (/[/\\]/.test(decoded)) return "Must not have a slash or a backslash within a segment";
  if (/\p{Cc}/u.test(decoded)) return "Must not have control characters";
  if (segment.includes("#")) return "Must not have a fragment";
  // Some servers cut parameters off before they look for dots
  if (/^\.{1,2}(?:;.*)?$/.test(decoded)) return "Must not have a segment of dots";
  if (encodedTwice.test(decoded)) return "Must not be encoded twice";
  return undefined;
}

function decodedSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
