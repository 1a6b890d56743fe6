import { eventLog } from "@headwater/core";
import type { Page, PageReader } from "./page_reader.ts";
import { streamPageRequest } from "./read_request.ts";
import type { LogEvent } from "./recorded_event.ts";

export type StreamRange = {
  readonly direction: "forwards" | "backwards";
  readonly from?: number | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

const pageEvents = 512;

/** Reads streams page by page, so that a slow reader holds no call open. */
export class StreamReader {
  readonly #pages: PageReader;

  constructor(pages: PageReader) {
    this.#pages = pages;
  }

  /** Pages of events as they are stored; none for a stream that does not exist or was deleted. */
  async *events(
    stream: string,
    { direction, from, limit, signal }: StreamRange,
  ): AsyncGenerator<readonly LogEvent[], void, undefined> {
    const step = direction === "forwards" ? 1 : -1;
    let left = limit ?? Infinity;
    let next = from;
    while (left > 0 && (next ?? 0) >= 0) {
      const count = Math.min(left, pageEvents);
      const page = await this.#page(stream, { direction, from: next, count, signal });
      if (page.events.length > 0) yield page.events;
      if (page.whole && page.events.length < count) return;
      left -= page.events.length;
      next = page.events.at(-1)!.revision + step;
    }
  }

  /** The stream's last event; undefined where there is none. */
  async last(stream: string): Promise<LogEvent | undefined> {
    for await (const page of this.events(stream, { direction: "backwards", limit: 1 })) {
      return page[0];
    }
    return undefined;
  }

  async #page(
    stream: string,
    { direction, from, count, signal }: StreamRange & { readonly count: number },
  ): Promise<Page> {
    const request = streamPageRequest(stream, { direction, from, count });
    const action = `Cannot read stream "${stream}"`;
    try {
      return await this.#pages.read(request, { action, signal });
    } catch (error) {
      if (error instanceof eventLog.StreamDeleted) return { events: [], whole: true };
      throw error;
    }
  }
}
