import { eventLog, type Recorded } from "@headwater/core";
import { consolePath } from "../components/console_path.ts";
import { storyUrl } from "../components/links.tsx";
import { serviceLanes } from "../components/service_name.tsx";
import type { ConsoleContext, Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { storyEvents } from "../reading/story_events.ts";
import { type StoryGraph, storyGraph } from "../reading/story_graph.ts";
import { respondNotFound } from "./not_found.tsx";
import { StoryPage } from "./story_page.tsx";

/** What followed from one request, over all services; no part of the navigation. */
export const storySection: Section = {
  path: "/story",
  title: "Story",
  add(app, context) {
    const { services, log } = context;
    const lanes = serviceLanes(services);
    const laneOf = (stream: string) => lanes(eventLog.categoryOf(stream));
    const laneOfService = (name: string) =>
      lanes(services.find((each) => each.name === name)?.categories[0] ?? "");
    app.get("/story/:correlation", async (c) => {
      const correlationId = c.req.param("correlation");
      const [at, before] = [wholeNumber(c.req.query("at")), wholeNumber(c.req.query("before"))];
      const story = await storyEvents(log, { correlationId, at, before, signal: c.var.signal });
      const furtherUrl = story.before === undefined
        ? undefined
        : `${storyUrl(correlationId)}?before=${story.before}`;
      const [first] = story.events;
      const about = <span class="mono">{correlationId}</span>;
      if (!first) {
        if (furtherUrl === undefined) {
          return await respondNotFound(c, context, {
            title: "There is no such story",
            cause: `No event in the log belongs to "${correlationId}".`,
          });
        }
        return await respond(c, {
          ...{ context, title: "Not found so far", section: "/streams", about },
          children: (
            <p class="notice">
              {`Nothing of it came after position ${story.before?.toLocaleString("en")}. `}
              <a href={furtherUrl}>Look further back</a>
            </p>
          ),
        });
      }
      const graph = storyGraph(
        story.events,
        (stream) => laneOf(stream)?.name ?? eventLog.categoryOf(stream),
      );
      return await respond(c, {
        ...{
          context,
          title: `What ${beginningOf(graph) ?? first.type} led to`,
          section: "/streams",
          about,
        },
        crumbs: [{ title: "Streams", href: `${consolePath}/streams` }, { title: "Story" }],
        children: (
          <StoryPage
            {...{ story, graph, furtherUrl, laneOf, laneOfService, now: context.now() }}
            trace={traceOf(story.events, context)}
          />
        ),
      });
    });
  },
};

/** The first that led to something: what was noted about the request led to nothing. */
function beginningOf({ nodes }: StoryGraph): string | undefined {
  return nodes.find((_, index) => nodes.some(({ cause }) => cause === index))?.event.type;
}

/** That of the first event that was part of one. */
function traceOf(events: readonly Recorded[], { traceUrl }: ConsoleContext) {
  const ids = events.map(({ metadata }) =>
    /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(metadata.traceparent))?.[1]
  );
  const id = ids.find((each) => each !== undefined);
  return id === undefined ? undefined : { id, href: traceUrl?.(id) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
