import {
  type EventLog,
  type Log,
  machine,
  type Recorded,
  type Service,
  Unavailable,
} from "@headwater/core";
import { secretHeader, withSecret } from "@headwater/http";
import { z } from "zod";
import { serve, type Server } from "./serve.ts";

/** A log, for who only looks. */
export type Readings = Pick<EventLog, "read" | "readAll">;

/** Events of an answer at most. */
const mostEvents = 500;

const place = z.coerce.number().int().min(0);
const direction = z.enum(["forwards", "backwards"]);
const limit = place.max(mostEvents);
const streamQuery = z.strictObject({
  stream: z.string().min(1),
  direction,
  from: place.optional(),
  limit,
});
const allQuery = z.strictObject({
  direction,
  after: place.optional(),
  /** A JSON array. */
  categories: z.string().optional(),
  limit,
});
const categoriesSchema = z.array(z.string());

/**
 * Lets who looks read a log that this process has to itself: on a free port of this machine, for who knows the URL. That
 * has a secret in it, so it belongs where only its owner reads.
 */
export function serveReadings(log: Readings, { logger }: { readonly logger: Log }): Server {
  const secret = crypto.randomUUID();
  const options = { host: "127.0.0.1", port: 0, lingerMs: 0, logger };
  const server = serve(readingsService(log, { secret }), options);
  const url = new URL(server.url);
  url.password = secret;
  return { url: url.href, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function readingsService(log: Readings, { secret }: { readonly secret: string }): Service {
  const admit = withSecret(secret);
  return async (request) => {
    try {
      admit(request);
    } catch {
      return new Response(null, { status: 401 });
    }
    const { pathname, searchParams } = new URL(request.url);
    try {
      const pages = pagesOf(log, { path: pathname, query: Object.fromEntries(searchParams) });
      if (!pages) return new Response(null, { status: 404 });
      return Response.json((await Array.fromAsync(pages)).flat());
    } catch (error) {
      const detail = machine.messageOf(error);
      return Response.json({ detail }, { status: error instanceof Unavailable ? 503 : 400 });
    }
  };
}

/** Undefined: there is no such reading. */
function pagesOf(
  log: Readings,
  { path, query }: { readonly path: string; readonly query: Readonly<Record<string, string>> },
): AsyncIterable<readonly Recorded[]> | undefined {
  if (path === "/stream") {
    const { stream, ...options } = streamQuery.parse(query);
    return log.read(stream, options);
  }
  if (path !== "/all") return undefined;
  const { categories, ...options } = allQuery.parse(query);
  return log.readAll({
    ...options,
    ...(categories !== undefined && { categories: categoriesSchema.parse(JSON.parse(categories)) }),
  });
}

/** Who serves it is of this very application. */
const eventsSchema = z.array(z.custom<Recorded>((given) => typeof given === "object"));
const problemSchema = z.object({ detail: z.string() });

/** The log that `serveReadings` serves at this URL. Errors: `Unavailable`. */
export function readingsAt(url: string): Readings {
  const { password, origin } = new URL(url);

  async function page(
    path: string,
    { query, signal }: {
      readonly query: Readonly<Record<string, string | number | undefined>>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<readonly Recorded[]> {
    const address = new URL(path, origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const cannot = "Cannot read the log of the application that runs";
    const answer = await fetch(address, {
      headers: { [secretHeader]: password },
      ...(signal && { signal }),
    }).catch((cause) => {
      signal?.throwIfAborted();
      throw new Unavailable(`${cannot}: it does not answer`, { cause });
    });
    if (answer.ok) return eventsSchema.parse(await answer.json());
    const problem = problemSchema.safeParse(await answer.json().catch(() => undefined)).data;
    throw new Unavailable(`${cannot}: ${problem?.detail ?? `it answers ${answer.status}`}`);
  }

  return {
    read: (stream, { direction = "forwards", from, limit = Infinity, signal } = {}) =>
      inPages({ limit, signal }, {
        first: from,
        next: ({ revision }) => direction === "forwards" ? revision + 1 : revision - 1,
        page: (place, most) =>
          page("/stream", { query: { stream, direction, from: place, limit: most }, signal }),
      }),
    readAll: ({ direction = "forwards", after, categories, limit = Infinity, signal } = {}) =>
      inPages({ limit, signal }, {
        first: after,
        next: ({ position }) => position,
        page: (place, most) => {
          const names = categories && JSON.stringify(categories);
          const query = { direction, after: place, categories: names, limit: most };
          return page("/all", { query, signal });
        },
      }),
  };
}

/** Asks for page after page, until one is not full. */
async function* inPages(
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal | undefined },
  { first, next, page }: {
    readonly first: number | undefined;
    /** Where the page after the one with this last event begins; below 0: there is none. */
    next(last: Recorded): number;
    page(place: number | undefined, most: number): Promise<readonly Recorded[]>;
  },
): AsyncGenerator<readonly Recorded[], void, undefined> {
  let place = first;
  for (let left = limit; left > 0;) {
    signal?.throwIfAborted();
    const most = Math.min(left, mostEvents);
    const events = await page(place, most);
    if (events.length > 0) yield events;
    const last = events.at(-1);
    if (!last || events.length < most) return;
    place = next(last);
    if (place < 0) return;
    left -= events.length;
  }
}
