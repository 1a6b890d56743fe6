import { Refusal } from "@headwater/core";
import type { Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { pollSource } from "../live/poll_source.ts";
import { respondNotFound } from "./not_found.tsx";
import { ReadModelActs, ReadModelPage } from "./read_model_page.tsx";
import { readModel, readModels } from "./read_models_data.ts";
import { ReadModelsPage, readModelsPath } from "./read_models_page.tsx";

const lookEveryMs = 1_000;
const title = "Read models";

/** What is read, how far it is, and what holds it up. */
export const readModelsSection: Section = {
  path: readModelsPath,
  title,
  add(app, context) {
    const { live, logger, now } = context;
    live.add(pollSource({
      ...{ message: "read-models", everyMs: lookEveryMs, live, logger },
      // Ages change all the time, and are kept true by the browser
      async look(signal) {
        const { generations, silent } = await readModels(context, signal);
        return { generations: generations.map(({ lagMs: _, ...each }) => each), silent };
      },
    }));
    app.get(readModelsPath, async (c) =>
      await respond(c, {
        ...{ context, title, section: readModelsPath, live: ["read-models", "troubles"] },
        children: <ReadModelsPage {...await readModels(context, c.var.signal)} now={now()} />,
      }));
    app.get(`${readModelsPath}/:service/:name`, async (c) => {
      const { service, name } = c.req.param();
      try {
        const of = await readModel(context, { service, name, signal: c.var.signal });
        return await respond(c, {
          ...{ context, title: name, section: readModelsPath },
          about: `of ${service}, version ${of.version}`,
          live: ["read-models", "troubles"],
          crumbs: [{ title, href: `/console${readModelsPath}` }, { title: name }],
          acts: <ReadModelActs of={of} />,
          children: <ReadModelPage of={of} now={now()} />,
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const cause = error.message;
        return await respondNotFound(c, context, { title: `No read model "${name}"`, cause });
      }
    });
  },
};
