import { joinedBytes } from "@headwater/resilience";

/**
 * The same answer, whose body is kept as it passes, up to so many bytes. `onEnd` is called when the client has taken the
 * last of it; undefined: it was longer, or nobody took all of it.
 */
export function watchedAnswer(
  answer: Response,
  { mostBytes, onEnd }: {
    readonly mostBytes: number;
    onEnd(body: Uint8Array<ArrayBuffer> | undefined): void;
  },
): Response {
  const { body, status, headers } = answer;
  if (!body) {
    onEnd(new Uint8Array());
    return answer;
  }
  const reader = body.getReader();
  let hasEnded = false;
  function end(body?: Uint8Array<ArrayBuffer>): void {
    if (!hasEnded) onEnd(body);
    hasEnded = true;
  }
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const passed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(stream) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          stream.close();
          end(length > mostBytes ? undefined : joinedBytes(parts));
          return;
        }
        length += value.byteLength;
        if (length <= mostBytes) parts.push(value.slice());
        else parts = [];
        stream.enqueue(value);
      } catch (error) {
        stream.error(error);
        end();
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(passed, { status, headers });
}
