import type { Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { pollSource } from "../live/poll_source.ts";
import { callsOfAll } from "./calls_data.ts";
import { CallsPage, callsPath } from "./calls_page.tsx";

const title = "Calls";
const lookEveryMs = 1_000;

/** Who calls whom, and what keeps them from it. */
export const callsSection: Section = {
  path: callsPath,
  title,
  add(app, context) {
    const { live, logger, now } = context;
    const services = context.services.map(({ name }) => name);
    live.add(pollSource({
      ...{ message: "calls", everyMs: lookEveryMs, live, logger },
      // How many run at a moment is another number at each
      look: async (signal) =>
        (await callsOfAll(context, signal)).map(({ running: _, waiting, ...each }) => {
          return { ...each, isWaiting: waiting > 0 };
        }),
    }));
    app.get(callsPath, async (c) => {
      const calls = await callsOfAll(context, c.var.signal);
      return await respond(c, {
        ...{ context, title, section: callsPath, live: ["calls"] },
        children: <CallsPage {...{ calls, services, now: now() }} />,
      });
    });
  },
};
