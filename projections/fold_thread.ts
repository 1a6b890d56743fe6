import type { View } from "@headwater/core";
import type { FillTarget } from "./fill_target.ts";
import { failureIn, type FoldedPage, type FoldFailure, type Folding } from "./folding.ts";
import { received, sendable, type SentEvents } from "./sent_events.ts";
import type { Asked, FromThread, ToThread } from "./thread_messages.ts";

/** Pages that lie there before it is waited for. */
const mostPages = 4;

type ThreadOptions = {
  readonly view: View;
  readonly table: FillTarget;
  readonly holds?: { readonly rows: number; readonly bytes: number };
};

/**
 * Folds in a thread of its own, which reads and parses what events are made of as well: whoever reads the log, and
 * everything else in this thread, has time for other things. Undefined where there can be no thread, or it cannot find
 * the view, whose `module` says where its code is.
 */
export async function foldingInThread(options: ThreadOptions): Promise<Folding | undefined> {
  const { view: { module, name, version, fingerprint }, holds } = options;
  if (module === undefined || typeof Worker === "undefined" || !await mayRead(module)) {
    return undefined;
  }
  const worker = new Worker(new URL("./fill_thread.ts", import.meta.url), {
    type: "module",
    name: `fill-${name}`,
  });
  const thread = new FoldThread(worker, options.table);
  const more = holds ? { holds } : {};
  if (await thread.open({ type: "open", module, name, version, fingerprint, ...more })) {
    return thread;
  }
  await thread[Symbol.asyncDispose]();
  return undefined;
}

/** Code that is read at run time needs to be read, which not every process may. */
async function mayRead(module: string): Promise<boolean> {
  if (!module.startsWith("file:") || typeof Deno === "undefined") return true;
  for (const path of [new URL(module), new URL(import.meta.url)]) {
    const { state } = await Deno.permissions.query({ name: "read", path });
    if (state !== "granted") return false;
  }
  return true;
}

class FoldThread implements Folding {
  readonly #worker: Worker;
  readonly #table: FillTarget;
  /** As they were sent, which is less to hold than what was read. */
  readonly #pages: (Omit<FoldedPage, "events"> & { readonly sent: SentEvents })[] = [];
  readonly #asking = new Set<Promise<void>>();
  #failure: FoldFailure | undefined;
  #error: { readonly cause: unknown } | undefined;
  #isSaved = false;
  #said = Promise.withResolvers<void>();
  #isOpen = false;
  isFull = false;
  isSaveDue = false;

  constructor(worker: Worker, table: FillTarget) {
    this.#worker = worker;
    this.#table = table;
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      this.#heard(data);
      this.#said.resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#error ??= { cause: new Error(`A thread that folds has ended: ${event.message}`) };
      this.#said.resolve();
    };
  }

  /** False: it cannot. */
  async open(told: Extract<ToThread, { type: "open" }>): Promise<boolean> {
    this.#tell(told);
    await this.#until(() => this.#isOpen || this.#error !== undefined);
    return this.#isOpen;
  }

  async fold({ events, ...page }: FoldedPage): Promise<FoldFailure | undefined> {
    const sent = sendable(events);
    this.#pages.push({ ...page, sent });
    this.#tell({ type: "fold", sent });
    await this.#going(() => this.#pages.length < mostPages);
    return this.#failure;
  }

  async settled(): Promise<FoldFailure | undefined> {
    await this.#going(() => this.#pages.length === 0);
    return this.#failure;
  }

  async save(to: Parameters<Folding["save"]>[0]): Promise<void> {
    this.#isSaved = false;
    this.#tell({ type: "save", to });
    await this.#going(() => this.#isSaved);
  }

  locate(...[keys, places]: Parameters<Folding["locate"]>): void {
    this.#tell({ type: "locate", keys, places });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
    await Promise.all(this.#asking);
  }

  #heard(said: FromThread): void {
    switch (said.type) {
      case "opened":
        this.#isOpen = true;
        return;
      case "folded": {
        const { sent, ...page } = this.#pages.shift()!;
        const { count, cause } = said;
        if (cause !== undefined) {
          this.#failure ??= failureIn({ ...page, events: received(sent) }, { count, cause });
        }
        return;
      }
      case "saved":
        this.#isSaved = true;
        return;
      case "failed":
        this.#error ??= { cause: new Error(said.message) };
        return;
      case "state":
        this.isFull = said.isFull;
        this.isSaveDue = said.isSaveDue;
        return;
      case "ask": {
        const asking = this.#answer(said).finally(() => this.#asking.delete(asking));
        this.#asking.add(asking);
      }
    }
  }

  async #answer(asked: Asked): Promise<void> {
    try {
      this.#tell({ type: "answer", id: asked.id, value: await this.#done(asked) });
    } catch (cause) {
      // What is thrown here says more than what the thread will say of it
      this.#error ??= { cause };
      this.#said.resolve();
      this.#tell({ type: "refusal", id: asked.id });
    }
  }

  async #done(asked: Asked): Promise<unknown> {
    switch (asked.what) {
      case "read":
        return await this.#table.read(...asked.args);
      case "add":
        return await this.#table.add(...asked.args);
      case "save":
        return await this.#table.save(...asked.args);
    }
  }

  #tell(message: ToThread, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Rejects once something has gone wrong. */
  async #going(isSo: () => boolean): Promise<void> {
    await this.#until(() => isSo() || this.#error !== undefined);
    if (this.#error) throw this.#error.cause;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      this.#said = Promise.withResolvers();
      await this.#said.promise;
    }
  }
}
