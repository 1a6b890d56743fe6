import { Refusal } from "@headwater/core";
import type { Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { actFilters, actsPage, type ShownAct, undoOf } from "./acts_data.ts";
import { ActsPage, actsPath } from "./acts_page.tsx";
import { callsService } from "./calls_data.ts";
import { respondNotFound } from "./not_found.tsx";
import { readModels } from "./read_models_data.ts";
import { strangledRoutes } from "./routes_data.ts";

const title = "Acts";
const limit = "50";

/** What operators did. */
export const actsSection: Section = {
  path: actsPath,
  title,
  add(app, context) {
    app.get(actsPath, async (c) => {
      const asked = c.req.query();
      const filter = Object.fromEntries(
        actFilters.flatMap((name) => asked[name] ? [[name, asked[name]]] : []),
      );
      const before = asked["before"];
      const { signal } = c.var;
      try {
        const { items, nextCursor } = await actsPage(context, {
          args: { ...filter, limit, ...(before !== undefined && { before }) },
          signal,
        });
        const isUndone = (engine: string) =>
          items.some((act) => act.engine === engine && act.undo !== null);
        const [models, strangled] = await Promise.all([
          isUndone("projections") ? readModels(context, signal) : { generations: [] },
          isUndone("routes") ? strangledRoutes(context, signal) : { routes: [] },
        ]);
        const serviceOf = ({ engine, subject }: ShownAct) =>
          engine === "projections"
            ? models.generations.find(({ name }) => name === subject)?.service
            : engine === "routes"
            ? strangled.routes.find(({ route }) => route === subject)?.service
            : engine === "calls"
            ? callsService
            : undefined;
        return await respond(c, {
          ...{ context, title, section: actsPath, live: ["moved"] },
          about: "who did what, when and why",
          children: (
            <ActsPage
              acts={items.map((act) => ({ ...act, undo: undoOf(act, models.generations) }))}
              {...{ filter, before, next: nextCursor, serviceOf }}
              now={context.now()}
            />
          ),
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const cause = error.message;
        return await respondNotFound(c, context, { title: "No such page of acts", cause });
      }
    });
  },
};
