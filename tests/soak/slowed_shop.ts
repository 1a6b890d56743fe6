import { time } from "@headwater/core";
import { type CommandHandler, routes } from "@headwater/http";
import { run, type ServiceDefinition } from "@headwater/host";
import { shop } from "@shop/app";

/** Of this process, until it ends. */
let slowMs = 0;

/**
 * The shop as `services/main.ts` runs it, with a payment that takes longer when it is told to: `POST /slow/5000`. Each new
 * process of it is as quick as usual.
 */
if (import.meta.main) {
  await run({
    ...shop,
    services: shop.services.map((each) => each.name === "payment" ? slowed(each) : each),
  });
}

function slowed(service: ServiceDefinition): ServiceDefinition {
  const app = routes();
  app.post("/slow/:ms", (c) => {
    slowMs = Number(c.req.param("ms"));
    return c.json({ slowMs });
  });
  app.use("/api/*", async (_c, next) => {
    await time.pause(slowMs);
    await next();
  });
  if (service.routes) app.route("/", service.routes);
  return {
    ...service,
    routes: app,
    commands: (dependencies) =>
      Object.fromEntries(
        Object.entries<CommandHandler>(service.commands(dependencies)).map(([type, handler]) => [
          type,
          {
            ...handler,
            async handle(...args: Parameters<typeof handler.handle>) {
              await time.pause(slowMs);
              return await handler.handle(...args);
            },
          },
        ]),
      ),
  };
}
