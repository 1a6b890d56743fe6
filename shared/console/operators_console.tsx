import { DeadlineExceeded, machine, time, Unavailable } from "@headwater/core";
import type { EdgeRoutes } from "@headwater/http";
import { Hono } from "hono";
import type { ConsoleContext, ConsoleDependencies, Section } from "./context/console_context.ts";
import { liveChannel } from "./live/live_channel.ts";
import { actSection } from "./pages/act_section.tsx";
import { respondNotFound } from "./pages/not_found.tsx";
import { storySection } from "./pages/story_section.tsx";
import { streamsSection } from "./pages/streams_section.tsx";
import { overviewSection } from "./pages/overview_section.tsx";
import { actsSection } from "./pages/acts_section.tsx";
import { callsSection } from "./pages/calls_section.tsx";
import { readModelsSection } from "./pages/read_models_section.tsx";
import { routesSection } from "./pages/routes_section.tsx";
import { sagasSection } from "./pages/sagas_section.tsx";
import { addHeaders, respond } from "./context/respond.tsx";
import { addServedFiles } from "./served/served_files.ts";
import { checkTroubles } from "./troubles/check_troubles.ts";
import { projectionTroubles } from "./troubles/projection_troubles.ts";
import { sagaTroubles } from "./troubles/saga_troubles.ts";
import { type FindTroubles, watchTroubles } from "./context/trouble_watch.ts";

/** In the order of the navigation. */
const sections: readonly Section[] = [
  overviewSection,
  streamsSection,
  readModelsSection,
  sagasSection,
  callsSection,
  routesSection,
  actsSection,
];
/** Pages that others lead to. */
const more: readonly Section[] = [actSection, storySection];
/** What the overview and the navigation tell of. */
const find: readonly FindTroubles[] = [checkTroubles, sagaTroubles, projectionTroubles];
const lookEveryMs = 5_000;
/** As long as the first look is under way. */
const firstLookEveryMs = 250;
const retryAfterS = 5;

/**
 * The operators' console as routes, to be shown under `/console` to operators alone: it shows everything that is in the log,
 * and does what they ask for. It knows no machine and keeps nothing.
 */
export function operatorsConsole(dependencies: ConsoleDependencies): EdgeRoutes {
  const { now = Date.now, ending, logger } = dependencies;
  const live = liveChannel({ ending });
  const troubles = watchTroubles(dependencies, { find, now });
  const context: ConsoleContext = { ...dependencies, sections, live, troubles, now };
  live.add({
    messages: ["troubles"],
    async run(signal) {
      // Pages may have been made before anybody knew
      let told = troubles.isSeen() ? JSON.stringify(troubles.known()) : "";
      while (!signal.aborted) {
        const known = JSON.stringify(await troubles.look());
        if (known !== told && troubles.isSeen()) {
          live.tell("troubles", "");
          told = known;
        }
        const pauseMs = troubles.isSeen() ? lookEveryMs : firstLookEveryMs;
        await time.pause(pauseMs, { signal });
      }
    },
  });
  const app: EdgeRoutes = new Hono();
  addHeaders(app);
  addServedFiles(app);
  app.get("/live", (c) => {
    const want = c.req.query("want")?.split(",") ?? [];
    return new Response(live.open(want), {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        // nginx holds back what it forwards otherwise
        "X-Accel-Buffering": "no",
      },
    });
  });
  for (const section of [...sections, ...more]) section.add(app, context);
  app.all("*", (c) => respondNotFound(c, context));
  app.onError((error, c) => {
    const { correlationId } = c.var;
    const isAway = error instanceof Unavailable || error instanceof DeadlineExceeded;
    // Who left before the end is no trouble, nor is what says by itself that it does not answer
    const isExpected = isAway || c.req.raw.signal.aborted;
    logger[isExpected ? "debug" : "error"]("Cannot show a page of the console", {
      error,
      correlationId,
    });
    if (isAway) c.header("Retry-After", String(retryAfterS));
    return respond(c, {
      ...{ context, title: "This page cannot be shown", status: isAway ? 503 : 500 },
      children: (
        <p class="notice is-bad">
          {machine.messageOf(error)} <span class="muted">{correlationId}</span>
        </p>
      ),
    });
  });
  return app;
}
