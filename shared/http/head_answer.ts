import { isEventStream } from "@headwater/resilience";

/** What a HEAD is answered with, made of the answer to the same GET: its headers, and its length where it has one. */
export async function headAnswer(toGet: Response): Promise<Response> {
  const { body, status } = toGet;
  const headers = new Headers(toGet.headers);
  if (isEventStream(toGet)) {
    await body?.cancel();
    // Without a body at all the server would say that its length is 0.
    return new Response(new ReadableStream({ start: (end) => end.close() }), { status, headers });
  }
  if (body && headers.has("Content-Length")) await body.cancel();
  else if (body) headers.set("Content-Length", String(await sizeOf(body)));
  return new Response(null, { status, headers });
}

/** However much it is, no more than a part of it is held. */
async function sizeOf(body: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const part of body) size += part.byteLength;
  return size;
}
