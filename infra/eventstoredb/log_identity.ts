import { eventLog } from "@headwater/core";
import type { BatchAppender } from "./batch_appender.ts";
import type { StreamReader } from "./stream_reader.ts";

export type LogIdentityParts = {
  readonly streams: Pick<StreamReader, "events">;
  readonly appender: Pick<BatchAppender, "append">;
};

/**
 * Which log a server has: the id of an event that whoever comes first writes into a stream of its own. Of several who
 * write it at once one succeeds, and the others read what that one wrote.
 */
export class LogIdentity {
  readonly #parts: LogIdentityParts;
  #known: Promise<string> | undefined;

  constructor(parts: LogIdentityParts) {
    this.#parts = parts;
  }

  /** Asks once. Errors: those of reading and appending; `StreamDeleted` where somebody has deleted it for ever. */
  get(): Promise<string> {
    const known = this.#known ??= this.#find();
    known.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known;
  }

  /** It may be another server by now, or have another log. */
  forget(): void {
    this.#known = undefined;
  }

  async #find(): Promise<string> {
    const { stream, type } = eventLog.identityEvent;
    const found = await this.#read(stream);
    if (found !== undefined) return found;
    const id = crypto.randomUUID();
    const event = { id, type, data: "{}", metadata: "{}" };
    try {
      await this.#parts.appender.append({ stream, expected: "no-stream", events: [event] });
      return id;
    } catch (error) {
      if (!(error instanceof eventLog.RevisionConflict)) throw error;
      return await this.#read(stream) ?? await Promise.reject(error);
    }
  }

  async #read(stream: string): Promise<string | undefined> {
    for await (
      const [first] of this.#parts.streams.events(stream, { direction: "forwards", limit: 1 })
    ) {
      return first?.id;
    }
    return undefined;
  }
}
