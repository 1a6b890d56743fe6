import {
  type Aggregate,
  type CommandContext,
  derivedId,
  Refusal,
  type Repository,
} from "@headwater/core";
import { BadInput } from "@headwater/resilience";
import type { z } from "zod";

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

/** Of commands between services. */
export const commandPath = "/commands/:type";

/** Errors: `Refusal`. */
export function handlerOf(handlers: CommandHandlers, type: string): CommandHandler {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
  if (handler) return handler;
  throw new Refusal("command-unknown", `Cannot handle a command of type ${quoted(type)}`);
}

/** What a command's own service makes of where it comes from. Errors: `BadInput`. */
export function originOf(
  { key, causationId, actor }: {
    readonly key: string;
    readonly causationId: string | undefined;
    readonly actor: string | undefined;
  },
  { service }: { readonly service: string },
): Pick<CommandContext, "commandId" | "causationId" | "actor"> {
  if (causationId !== undefined && !isUuid(causationId)) {
    throw new BadInput([{ path: "X-Causation-Id", message: "Must be a UUID" }]);
  }
  return {
    ...(actor !== undefined && { actor }),
    commandId: isUuid(key) ? key.toLowerCase() : derivedId(service, "command", key),
    ...(causationId !== undefined && { causationId: causationId.toLowerCase() }),
  };
}

/** Errors: `BadInput`. */
export function checkKey(key: string): void {
  if (/^[!-~]{1,255}$/.test(key)) return;
  const message = "Must be 1 to 255 visible ASCII characters";
  throw new BadInput([{ path: "Idempotency-Key", message }]);
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
