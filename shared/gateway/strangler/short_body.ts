import { joinedBytes, WholeAnswer } from "@headwater/resilience";

/** The body of an answer, where it is no longer than so many bytes; undefined: it is longer, and nobody reads on. */
export async function shortBody(
  answer: Response,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (answer instanceof WholeAnswer) {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return bytes.byteLength > mostBytes ? undefined : bytes;
  }
  const { headers, body } = answer;
  if (!body) return new Uint8Array();
  if (Number(headers.get("Content-Length") ?? 0) > mostBytes) {
    await body.cancel();
    return undefined;
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > mostBytes) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
  return joinedBytes(parts);
}
