import { time } from "@headwater/core";
import { type CommandHandler, commandsOf } from "@headwater/http";
import { run, type ServiceDefinition } from "@headwater/host";
import { shop } from "@shop/app";

/** In milliseconds: longer than it takes to see an event and to kill a process because of it. */
const pauseMs = 25;
/** Changed by nobody. */
const still = new Int32Array(new SharedArrayBuffer(4));

/**
 * The shop as `services/main.ts` runs it, but slow: each service takes a while before it decides on a command of the
 * fulfilment, and before it answers; the fulfilment before it reacts to an event.
 */
if (import.meta.main) await run({ ...shop, services: shop.services.map(dawdling) });

function dawdling(service: ServiceDefinition): ServiceDefinition {
  return {
    ...service,
    sagas: service.sagas.map((saga) => ({
      ...saga,
      react(...args: Parameters<typeof saga.react>) {
        // It is no function that could wait in another way
        if (saga.name === "fulfilment") Atomics.wait(still, 0, 0, pauseMs);
        return saga.react(...args);
      },
    })),
    commands(dependencies) {
      const own = service.aggregates.map((aggregate) =>
        commandsOf(aggregate, dependencies.repository(aggregate))
      );
      const handlers = Object.entries<CommandHandler>(
        Object.assign({}, ...own, service.commands(dependencies)),
      );
      return Object.fromEntries(handlers.map(([type, handler]) => [type, {
        ...handler,
        async handle(...args: Parameters<typeof handler.handle>) {
          await time.pause(pauseMs);
          const handled = await handler.handle(...args);
          await time.pause(pauseMs);
          return handled;
        },
      }]));
    },
  };
}
