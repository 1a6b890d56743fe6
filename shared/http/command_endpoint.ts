import {
  type Aggregate,
  type CommandContext,
  derivedId,
  Refusal,
  type Repository,
} from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import type { z } from "zod";
import { commandAnswer, commandContext, idempotencyKey } from "./command_answer.ts";
import { type Routes, routes, type ServiceContext } from "./service_app.ts";
import { readJson } from "./validation.ts";

/** @internal */
type Place = { readonly revision: number; readonly position: number | undefined };

/** How a service takes one type of command. */
export type CommandHandler<Schema extends z.ZodType = z.ZodType> = {
  /** The contract's schema of the command's data. */
  readonly schema: Schema;
  handle(data: z.output<Schema>, context: CommandContext): Promise<Place>;
};

/** By type of command. */
export type CommandHandlers = Readonly<Record<string, CommandHandler>>;

/** Takes a command that leads to more than events: its data are as the schema says. */
export function commandHandler<Schema extends z.ZodType>(
  schema: Schema,
  handle: (data: z.output<Schema>, context: CommandContext) => Promise<Place>,
): CommandHandler {
  return { schema, handle: (data, context) => handle(data as z.output<Schema>, context) };
}

/** Takes every command that an aggregate's contract names. */
export function commandsOf(aggregate: Aggregate, repository: Repository): CommandHandlers {
  return Object.fromEntries(
    Object.entries(aggregate.commands).map(([type, schema]) => [
      type,
      commandHandler(schema, (data, context) => repository.handle({ type, data }, context)),
    ]),
  );
}

/**
 * `POST /commands/:type` for commands between services; the gateway does not forward it. The body is the command's
 * data, `Idempotency-Key` is required, and one that is a UUID is the command's id itself: who sends a command derives it
 * from what led to it. `X-Causation-Id` names the event that did, `X-Actor` who sends it: nobody but the application gets
 * here.
 */
export function commandEndpoint(handlers: CommandHandlers): Routes {
  const app = routes();
  app.post("/commands/:type", async (c) => {
    const type = c.req.param("type");
    const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    if (!handler) {
      throw new Refusal("command-unknown", `Cannot handle a command of type ${quoted(type)}`);
    }
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
  if (causationId !== undefined && !isUuid(causationId)) {
    throw new BadInput([{ path: "X-Causation-Id", message: "Must be a UUID" }]);
  }
  const actor = c.var.actor ?? c.req.header("X-Actor");
  return {
    ...commandContext(c),
    ...(actor !== undefined && { actor }),
    commandId: isUuid(key) ? key.toLowerCase() : derivedId(c.env.service, "command", key),
    ...(causationId !== undefined && { causationId: causationId.toLowerCase() }),
  };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
