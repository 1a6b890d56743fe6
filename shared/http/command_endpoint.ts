import type { CommandContext } from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import { commandAnswer, commandContext, idempotencyKey } from "./command_answer.ts";
import { type CommandHandlers, commandPath, handlerOf, originOf } from "./command_handlers.ts";
import { type Routes, routes, type ServiceContext } from "./service_app.ts";
import { readJson } from "./validation.ts";

/**
 * `POST /commands/:type` for commands between services; the gateway does not forward it. The body is the command's
 * data, `Idempotency-Key` is required, and one that is a UUID is the command's id itself: who sends a command derives it
 * from what led to it. `X-Causation-Id` names the event that did, `X-Actor` who sends it: nobody but the application gets
 * here.
 */
export function commandEndpoint(handlers: CommandHandlers): Routes {
  const app = routes();
  app.post(commandPath, async (c) => {
    const handler = handlerOf(handlers, c.req.param("type"));
    const context = internalContext(c);
    const data = await readJson(c, handler.schema);
    const handled = await handler.handle(data, context);
    return commandAnswer(c, handled, { body: { revision: handled.revision } });
  });
  return app;
}

function internalContext(c: ServiceContext): CommandContext {
  const key = idempotencyKey(c);
  if (key === undefined) {
    throw new BadInput([{ path: "Idempotency-Key", message: "Required between services" }]);
  }
  const causationId = c.req.header("X-Causation-Id");
  const actor = c.var.actor ?? c.req.header("X-Actor");
  return { ...commandContext(c), ...originOf({ key, causationId, actor }, c.env) };
}
