import { machine, type View } from "@headwater/core";
import { FillFolder } from "./fill_folder.ts";
import type { FillTarget } from "./fill_target.ts";
import { received, type SentEvents } from "./sent_events.ts";
import type { Asked, FromThread, ToThread } from "./thread_messages.ts";

/** The thread in which a view is folded while its table is filled. It reaches nothing but the code of the view. */
const scope = globalThis as unknown as {
  postMessage(message: FromThread, transfer?: Transferable[]): void;
  onmessage: (event: MessageEvent<ToThread>) => void;
};
const asked = new Map<number, PromiseWithResolvers<unknown>>();
let questions = 0;
let folder: FillFolder | undefined;
/** One after the other, in the sequence in which they came. */
let working: Promise<void> = Promise.resolve();
/** Not folded yet. */
const pages: SentEvents[] = [];
/** Nothing is folded after an event that could not be. */
let isOver = false;

function say(message: FromThread): void {
  scope.postMessage(message);
}

function ask(
  question: Omit<Asked, "type" | "id">,
  transfer: Transferable[] = [],
): Promise<unknown> {
  const id = ++questions;
  const answer = Promise.withResolvers<unknown>();
  asked.set(id, answer);
  scope.postMessage({ type: "ask", id, ...question } as Asked, transfer);
  return answer.promise;
}

const target: FillTarget = {
  read: (...args) => ask({ what: "read", args }) as ReturnType<FillTarget["read"]>,
  add: (part) =>
    ask({ what: "add", args: [part] }, [part.lines.buffer]) as ReturnType<FillTarget["add"]>,
  save: (...args) => ask({ what: "save", args }) as ReturnType<FillTarget["save"]>,
};

/** The view's module is the application's: no part of this package, for whoever looks at what is imported here. */
const load = new Function("url", "return import(url)") as (
  url: string,
) => Promise<Readonly<Record<string, unknown>>>;

async function open(
  { module, name, version, fingerprint, holds }: Extract<ToThread, { type: "open" }>,
): Promise<void> {
  const view = Object.values(await load(module)).find((found): found is View =>
    typeof found === "object" && found !== null && "fingerprint" in found && "name" in found &&
    "version" in found && found.name === name && found.version === version &&
    found.fingerprint === fingerprint
  );
  if (!view) throw new Error(`Cannot find view "${name}" in "${module}"`);
  folder = new FillFolder({ view, table: target, ...(holds && { holds }) });
  say({ type: "opened" });
}

async function work(told: ToThread): Promise<void> {
  switch (told.type) {
    case "open":
      return await open(told);
    case "locate":
      return folder!.locate(told.keys, told.places);
    case "fold":
      return await foldPages();
    case "save":
      await folder!.save(told.to);
      say({ type: "state", isFull: folder!.isFull, isSaveDue: folder!.isSaveDue });
      return say({ type: "saved" });
  }
}

/** All that have come together, so that the rows which they need are fetched at once. */
async function foldPages(): Promise<void> {
  const taken = pages.splice(0);
  if (taken.length === 0) return;
  const { count, cause } = isOver ? { count: 0 } : await folder!.fold(taken.flatMap(received));
  say({ type: "state", isFull: folder!.isFull, isSaveDue: folder!.isSaveDue });
  let left = count;
  for (const { streams: { length } } of taken) {
    const isLast = !isOver && cause !== undefined && left < length;
    say({ type: "folded", count: Math.min(left, length), ...(isLast && { cause }) });
    left -= Math.min(left, length);
    isOver ||= isLast;
  }
}

scope.onmessage = ({ data }: MessageEvent<ToThread>) => {
  if (data.type === "answer") {
    asked.get(data.id)?.resolve(data.value);
    asked.delete(data.id);
  } else if (data.type === "refusal") {
    asked.get(data.id)?.reject(new Error("Cannot go on: the table cannot be written"));
    asked.delete(data.id);
  } else {
    if (data.type === "fold") pages.push(data.sent);
    working = working.then(() => work(data))
      .catch((error) => say({ type: "failed", message: machine.messageOf(error) }));
  }
};
