import { Refusal } from "@headwater/core";
import type { Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { pollSource } from "../live/poll_source.ts";
import { respondNotFound } from "./not_found.tsx";
import { SagaActs, SagaPage } from "./saga_page.tsx";
import { sagaGroups, sagaInstances, sagaStory, serviceOfProcess } from "./sagas_data.ts";
import { filterNames, InstancesPage, instancesUrl, SagasPage, sagasPath } from "./sagas_page.tsx";

const lookEveryMs = 1_000;
const limit = 50;
const title = "Sagas";
const first = { title, href: `/console${sagasPath}` };
const live = ["sagas", "troubles"];

/** Processes that are unfinished, and what became of each. */
export const sagasSection: Section = {
  path: sagasPath,
  title,
  add(app, context) {
    const { now, logger } = context;
    context.live.add(pollSource({
      ...{ message: "sagas", everyMs: lookEveryMs, live: context.live, logger },
      look: (signal) => sagaGroups(context, signal),
    }));
    app.get(sagasPath, async (c) => {
      const found = await sagaGroups(context, c.var.signal);
      return await respond(c, {
        ...{ context, title, section: sagasPath, live },
        children: <SagasPage {...found} now={now()} />,
      });
    });
    app.get(`${sagasPath}/:process`, async (c) => {
      const { process } = c.req.param();
      const service = serviceOfProcess(context, process);
      if (service === undefined) {
        return await respondNotFound(c, context, { title: `No saga "${process}"` });
      }
      const asked = c.req.query();
      const filter = Object.fromEntries(
        filterNames.flatMap((name) => asked[name] ? [[name, asked[name]]] : []),
      );
      const after = asked["after"];
      try {
        const instances = await sagaInstances(context, {
          service,
          args: { ...filter, process, limit: String(limit), ...(after && { after }) },
          signal: c.var.signal,
        });
        return await respond(c, {
          ...{ context, title: process, section: sagasPath, live },
          about: `of ${service}`,
          crumbs: [first, { title: process }],
          children: (
            <InstancesPage {...{ service, process, filter, instances, after, limit, now: now() }} />
          ),
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return await respondNotFound(c, context, {
          ...{ title: "Nothing can be asked for like that", cause: error.message },
        });
      }
    });
    app.get(`${sagasPath}/:process/:id`, async (c) => {
      const { process, id } = c.req.param();
      const service = serviceOfProcess(context, process);
      try {
        if (service === undefined) {
          throw new Refusal("saga-unknown", `No service has a saga "${process}"`);
        }
        const of = await sagaStory(context, { service, process, id, signal: c.var.signal });
        return await respond(c, {
          ...{ context, title: id, section: sagasPath, live },
          about: of.definition,
          crumbs: [first, { title: process, href: instancesUrl(process) }, { title: id }],
          acts: <SagaActs of={of} service={service} />,
          children: <SagaPage of={of} now={now()} />,
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const cause = error.message;
        return await respondNotFound(c, context, { title: `No instance "${id}"`, cause });
      }
    });
  },
};
