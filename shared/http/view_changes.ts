import { type ReadModels, time, Unavailable, type View } from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import { type Routes, routes, type ServiceContext } from "./service_app.ts";

/** What a line of the stream says. */
export type ViewChange = {
  readonly view: string;
  /** How far the read model is; undefined: nothing yet. */
  readonly position?: number | undefined;
  /** Of the rows that changed; undefined: any may have. */
  readonly keys?: readonly string[] | undefined;
  /** An answer of that very position may show something else now. */
  readonly isRewrite: boolean;
};

type Told = Parameters<Parameters<ReadModels["follow"]>[1]>[0];

/** The path of the stream, at each service with views. */
export const viewChangesPath = "/views/changes";
/** So often it says something, if only that it is there. */
const changesBeatMs = 1_000;
/** Of so many keys of a reader that does not keep up; beyond, any may have changed. */
const mostKeys = 200;

/**
 * `GET /views/changes?views=orders,sales`: server-sent events for those who keep answers that were made of a service's
 * read models, until either side leaves. The first says of which log they are, and how far each is: what was made before
 * need not be what it would be now. Then every commit that changes rows is told, as a `ViewChange`; a reader that does not
 * keep up gets several as one. It ends where what is known of a read model is in doubt. Not for clients.
 */
export function viewChanges(views: readonly View[]): Routes {
  const app = routes();
  if (views.length > 0) {
    app.get(viewChangesPath, async (c) => {
      const wanted = namedViews(c, views);
      return new Response(await changesOf(wanted, c), {
        headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" },
      });
    });
  }
  return app;
}

function namedViews(c: ServiceContext, views: readonly View[]): readonly View[] {
  const names = (c.req.query("views") ?? "").split(",");
  return names.map((name) => {
    const found = views.find((view) => view.name === name);
    if (found) return found;
    const allowed = views.map((view) => view.name).join(", ");
    throw new BadInput([{ path: "views", message: `Must name views, which are ${allowed}` }]);
  });
}

async function changesOf(
  views: readonly View[],
  { env: { readModels, log, leaving, parting = leaving } }: Pick<ServiceContext, "env">,
): Promise<ReadableStream<Uint8Array>> {
  const pending = new Map<string, ViewChange>();
  const ended = new AbortController();
  let wake = () => {};
  // Before it is asked where they are: nothing may happen between the two
  const leave = views.map((view) =>
    readModels.follow(view, (told) => {
      pending.set(view.name, merged(pending.get(view.name), { view: view.name, ...told }));
      wake();
    })
  );
  function end(): void {
    for (const unfollow of leave) unfollow();
    parting?.removeEventListener("abort", end);
    ended.abort();
  }
  parting?.addEventListener("abort", end, { once: true });
  let first: readonly unknown[] | undefined;
  try {
    first = [{ log: await log.identity() }, ...await statesOf(views, readModels)];
  } catch (error) {
    end();
    throw untold(error);
  }
  if (parting?.aborted) end();
  return new ReadableStream({
    async pull(stream) {
      const { signal } = ended;
      if (!first && pending.size === 0 && !signal.aborted) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await time.pauseAbout(changesBeatMs, { signal: AbortSignal.any([woken.signal, signal]) });
        // A commit of another process would not be heard of either
        if (pending.size === 0 && !await areInTouch(views, readModels)) end();
      }
      if (signal.aborted) return stream.close();
      const said = [...first ?? [], ...pending.values()];
      first = undefined;
      pending.clear();
      const text = said.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("") || ":\n\n";
      stream.enqueue(new TextEncoder().encode(text));
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** Gateways ask again and again for this: what is wrong with the log is told by those who read it. */
function untold(error: unknown): unknown {
  if (!(error instanceof Unavailable)) return error;
  const { message, code, retryAfter } = error;
  return new Unavailable(message, { code, retryAfter });
}

/** Those that can be read: of the others is told when they can. */
async function statesOf(
  views: readonly View[],
  readModels: ReadModels,
): Promise<readonly ViewChange[]> {
  const states = await Promise.all(views.map(async (view): Promise<ViewChange | undefined> => {
    try {
      const { position } = await readModels.wait(view, { position: undefined, waitMs: 0 });
      return { view: view.name, position, isRewrite: true };
    } catch (error) {
      if (error instanceof Unavailable) return undefined;
      throw error;
    }
  }));
  return states.filter((state) => state !== undefined);
}

/** False where what was known of one is in doubt: its database is away, or may have lost something. */
async function areInTouch(views: readonly View[], readModels: ReadModels): Promise<boolean> {
  const states = await Promise.all(views.map(async (view): Promise<boolean> => {
    try {
      const { position, reached } = await readModels.wait(view, { position: 0, waitMs: 0 });
      return reached || position === undefined;
    } catch (error) {
      // One that is being filled tells when it is read
      if (error instanceof Unavailable) return true;
      throw error;
    }
  }));
  return states.every((isInTouch) => isInTouch);
}

/** What both tell. */
function merged(
  earlier: ViewChange | undefined,
  { view, position, keys, isRewrite }: Told & { readonly view: string },
): ViewChange {
  if (!earlier) return { view, position, keys, isRewrite };
  const all = earlier.keys && keys && new Set([...earlier.keys, ...keys]);
  return {
    view,
    position,
    keys: all && all.size <= mostKeys ? [...all] : undefined,
    isRewrite: earlier.isRewrite || isRewrite,
  };
}
