import { eventLog, type Recorded } from "@headwater/core";
import type { EdgeContext } from "@headwater/http";
import { consolePath } from "../components/console_path.ts";
import { storyUrl, streamUrl } from "../components/links.tsx";
import { type Folded, serviceLanes } from "../components/service_name.tsx";
import type { ConsoleContext, Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { findStreams } from "../reading/find_streams.ts";
import { foldedState, upcast } from "../reading/folded_state.ts";
import { readEvent, readStream } from "../reading/read_stream.ts";
import { searchBack } from "../reading/search_back.ts";
import { EventPage } from "./event_page.tsx";
import { respondNotFound } from "./not_found.tsx";
import { StreamPage } from "./stream_page.tsx";
import { FindForm, StreamsPage } from "./streams_page.tsx";

const pageEvents = 50;
/** So many events are folded unasked: a few milliseconds. */
const foldedUnasked = 2_000;
const title = "Streams";
const top = { title, href: `${consolePath}/streams` };

/** All that is in the log: by category and type, by stream, event by event. */
export const streamsSection: Section = {
  path: "/streams",
  title,
  add(app, context) {
    const { services, log } = context;
    const lanes = serviceLanes(services);
    const laneOf = (stream: string) => lanes(eventLog.categoryOf(stream));
    const folds = services.flatMap((each) => each.folds ?? []);
    const types = folds.flatMap((each) => each.events.types);
    const categories = services.flatMap((each) => each.categories);
    const foldedOf = (stream: string): Folded | undefined =>
      folds.find((each) => each.name === eventLog.categoryOf(stream));

    app.get("/streams", async (c) => {
      const { category = "", type = "" } = c.req.query();
      const { before, after } = placeOf(c);
      const choice = { category, type };
      const options = {
        categories: categoriesOf(choice, folds),
        ...(type !== "" && { matches: (event: Recorded) => event.type === type }),
        signal: c.var.signal,
      };
      const found = after === undefined
        ? await searchBack(log, { ...options, before, most: pageEvents })
        : await searchBack(log, {
          ...options,
          before: await beyond(context, { after, ...options }),
          most: pageEvents,
        });
      const isNewest = before === undefined && after === undefined;
      const children = (
        <StreamsPage
          {...{ choice, categories, laneOf, isNewest }}
          types={types}
          events={found.events}
          newer={isNewest ? undefined : found.events[0]?.position ?? before}
          older={found.before}
          lookedAt={found.lookedAt}
        />
      );
      return await respond(c, { context, title, section: "/streams", children });
    });

    app.get("/find", async (c) => {
      const word = (c.req.query("q") ?? "").trim();
      const [only, ...others] = await findStreams(log, { word, services });
      if (only === word || only !== undefined && others.length === 0) {
        return c.redirect(streamUrl(only));
      }
      if (only === undefined && types.includes(word)) {
        return c.redirect(`${top.href}?${new URLSearchParams({ type: word })}`);
      }
      // Whoever has a correlation's id has one that looks like that
      if (only === undefined && /^[\w.:-]{8,200}$/.test(word)) return c.redirect(storyUrl(word));
      const children = (
        <>
          <FindForm word={word} />
          {only === undefined
            ? <p class="notice">{`No stream is called "${word}", and none has that id.`}</p>
            : (
              <ul class="status">
                {[only, ...others].map((each) => (
                  <li>
                    <a class="mono" href={streamUrl(each)}>{each}</a>
                  </li>
                ))}
              </ul>
            )}
        </>
      );
      return await respond(c, {
        ...{ context, title: "Find", section: "/streams", crumbs: [top, { title: "Find" }] },
        ...{ status: only === undefined ? 404 : 200, children },
      });
    });

    app.get("/streams/:stream", async (c) => {
      const stream = c.req.param("stream");
      const { before, after } = placeOf(c);
      const events = after === undefined
        ? await readStream(log, stream, {
          direction: "backwards",
          limit: pageEvents + 1,
          ...(before !== undefined && { from: before - 1 }),
        })
        : (await readStream(log, stream, { from: after + 1, limit: pageEvents })).toReversed();
      const [last] = await readStream(log, stream, { direction: "backwards", limit: 1 });
      if (!last) return await respondNotFound(c, context, goneStream(stream));
      const shown = events.slice(0, pageEvents);
      const oldest = shown.at(-1)?.revision ?? 0;
      const newest = shown[0]?.revision ?? -1;
      const isNewest = newest >= last.revision;
      return await respond(c, {
        ...{ context, title: stream, section: "/streams", crumbs: [top, { title: stream }] },
        about: `${last.revision + 1} ${last.revision === 0 ? "event" : "events"}`,
        live: isNewest ? ["moved"] : [],
        children: (
          <StreamPage
            {...{ stream, isNewest, events: shown, now: context.now() }}
            newer={isNewest ? undefined : newest}
            older={oldest > 0 ? oldest : undefined}
          />
        ),
      });
    });

    app.get("/streams/:stream/:revision", async (c) => {
      const { event, stream } = await eventOf(c, context);
      if (!event) return await respondNotFound(c, context, goneStream(stream));
      const { revision } = event;
      const folded = foldedOf(stream);
      const isAsked = c.req.query("fold") === undefined && revision >= foldedUnasked;
      const options = folded && { stream, revision, folded, signal: c.var.signal };
      const [next, state] = await Promise.all([
        readEvent(log, { stream, revision: revision + 1 }),
        options && !isAsked ? foldedState(log, options) : undefined,
      ]);
      return await respond(c, {
        ...{ context, title: event.type, section: "/streams" },
        about: `${stream} @ ${revision}`,
        crumbs: [top, { title: stream, href: streamUrl(stream) }, { title: String(revision) }],
        children: (
          <EventPage
            {...{ event, hasNext: next !== undefined, now: context.now() }}
            upcast={folded && upcast(event, folded)}
            state={folded && isAsked ? "asked" : state}
          />
        ),
      });
    });

    app.get("/streams/:stream/:revision/data", async (c) => {
      const { event, stream } = await eventOf(c, context);
      if (!event) return await respondNotFound(c, context, goneStream(stream));
      const name = `${stream}@${event.revision}`.replaceAll(/[^\w.@-]/g, "_");
      const bytes = eventLog.bytesOf(event);
      const [body, kind, type] = bytes
        ? [new Uint8Array(bytes), "bin", "application/octet-stream"] as const
        : [`${JSON.stringify(event.data, null, 2)}\n`, "json", "application/json"] as const;
      return c.body(body, 200, {
        "Content-Type": type,
        "Content-Disposition": `attachment; filename="${name}.${kind}"`,
      });
    });
  },
};

async function eventOf(
  c: EdgeContext,
  { log }: ConsoleContext,
): Promise<{ readonly stream: string; readonly event: Recorded | undefined }> {
  const stream = c.req.param("stream") ?? "";
  const revision = wholeNumber(c.req.param("revision"));
  return {
    stream,
    event: revision === undefined ? undefined : await readEvent(log, { stream, revision }),
  };
}

function goneStream(stream: string) {
  return {
    title: "There is no such event",
    cause: `"${stream}" has no event there: it was never written, or the stream was deleted.`,
  };
}

/** A type is of some categories, which are looked through instead of all. */
function categoriesOf(
  { category, type }: { readonly category: string; readonly type: string },
  folds: readonly Folded[],
): readonly string[] | undefined {
  if (category !== "") return [category];
  if (type === "") return undefined;
  const owning = folds.filter(({ events }) => events.types.includes(type)).map(({ name }) => name);
  return owning.length > 0 ? owning : undefined;
}

/** The position beyond a page of events after `after`; undefined: it is the newest page. */
async function beyond(
  { log }: ConsoleContext,
  { after, categories, matches = () => true, signal }: {
    readonly after: number;
    readonly categories: readonly string[] | undefined;
    matches?(event: Recorded): boolean;
    readonly signal: AbortSignal;
  },
): Promise<number | undefined> {
  let found = 0;
  const options = { after, signal, ...(categories && { categories }) };
  for await (const page of log.readAll(options)) {
    for (const event of page) {
      if (!matches(event)) continue;
      if (found++ === pageEvents) return event.position;
    }
  }
  return undefined;
}

function placeOf(c: EdgeContext): {
  readonly before: number | undefined;
  readonly after: number | undefined;
} {
  const { before, after } = c.req.query();
  return { before: wholeNumber(before), after: wholeNumber(after) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
