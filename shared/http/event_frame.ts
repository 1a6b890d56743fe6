const encoder = new TextEncoder();

/** An event as it stands in a `text/event-stream`; `id` is what a client that comes again sends as `Last-Event-ID`. */
export function eventFrame(
  { id, type, data }: { readonly id: number; readonly type: string; readonly data: unknown },
): Uint8Array<ArrayBuffer> {
  // A line's end in a type would begin another field; JSON has none in it
  const name = type.replaceAll(/[\r\n]+/g, " ");
  return encoder.encode(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What begins a stream: who is hung up on comes again after a second, not after the three that browsers wait. */
export const openingFrame: Uint8Array<ArrayBuffer> = encoder.encode("retry: 1000\n\n");

/** A comment, which clients pass over: proxies see that the connection lives, and we that the client does. */
export const beatFrame: Uint8Array<ArrayBuffer> = encoder.encode(":\n\n");
