import { isEventStream } from "@headwater/resilience";

/**
 * The same answer; one that goes on, an event stream, ends when its process parts: a server that stops waits for
 * the ends of its answers.
 */
export function endOnParting(
  answer: Response,
  parting: AbortSignal,
  { onEnd = () => {} }: {
    /** It is over, by itself or otherwise. */
    onEnd?(): void;
  } = {},
): Response {
  if (!isEventStream(answer)) return answer;
  // Of no other answer: a body that is looked at becomes a stream, which costs more to send than the bytes it was
  if (!answer.body) return answer;
  const reader = answer.body.getReader();
  let stop = () => {};
  function over(): void {
    parting.removeEventListener("abort", stop);
    onEnd();
  }
  const ending = new ReadableStream<Uint8Array>({
    start(controller) {
      stop = () => {
        reader.cancel().catch(() => {/* It has ended by itself */});
        controller.close();
        over();
      };
      if (parting.aborted) stop();
      else parting.addEventListener("abort", stop, { once: true });
    },
    async pull(controller) {
      // Cut off elsewhere is over as well: who follows comes again, and passes over half an event
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (parting.aborted) return;
      if (!done && value) return controller.enqueue(value);
      over();
      controller.close();
    },
    cancel(reason) {
      over();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(ending, answer);
}
