import type { Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { respondNotFound } from "./not_found.tsx";
import { shadowReport, strangledRoute, strangledRoutes } from "./routes_data.ts";
import { KillSwitch, RoutePage, RoutesPage, routesPath } from "./routes_page.tsx";

const title = "Routes";

/** Routes that move from another system to a service. */
export const routesSection: Section = {
  path: routesPath,
  title,
  add(app, context) {
    const { now } = context;
    app.get(routesPath, async (c) => {
      const found = await strangledRoutes(context, c.var.signal);
      return await respond(c, {
        ...{ context, title, section: routesPath, live: ["moved"] },
        children: <RoutesPage {...found} now={now()} />,
      });
    });
    app.get(`${routesPath}/:route`, async (c) => {
      const { route } = c.req.param();
      const { signal } = c.var;
      const of = await strangledRoute(context, { route, signal });
      if (!of) return await respondNotFound(c, context, { title: `No strangled route "${route}"` });
      const report = await shadowReport(context, { service: of.service, route, signal })
        .catch(() => undefined);
      return await respond(c, {
        ...{ context, title: route, section: routesPath, live: ["moved"] },
        crumbs: [{ title, href: `/console${routesPath}` }, { title: route }],
        acts: <KillSwitch of={of} />,
        children: <RoutePage of={of} report={report} now={now()} />,
      });
    });
  },
};
