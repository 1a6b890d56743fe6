import { z } from "zod";
import {
  type CommandContext,
  eventLog,
  field,
  type Log,
  Refusal,
  type Service,
} from "@headwater/core";
import { commandAnswer } from "../command_answer.ts";
import { commandEndpoint } from "../command_endpoint.ts";
import { commandHandler } from "../command_handlers.ts";
import { acceptCommand } from "../idempotency.ts";
import { type Door, type Routes, routes, toService } from "../service_app.ts";
import type { ServiceDependencies } from "../service_dependencies.ts";
import { readJson, readParam, readQuery } from "../validation.ts";

export type ExampleOrder = {
  customer: string;
  lines: { sku: string; quantity: number; unitPrice: number }[];
};

export const exampleOrder: z.ZodType<ExampleOrder, ExampleOrder> = z.strictObject({
  customer: field.text(50),
  lines: z.array(
    z.strictObject({ sku: field.id, quantity: z.int().min(1), unitPrice: field.amount }),
  ).min(1).max(100),
});

export const validExampleOrder: ExampleOrder = {
  customer: "Ada",
  lines: [{ sku: "SKU1", quantity: 2, unitPrice: 499 }],
};

const command = z.strictObject({ amount: field.amount });

/** A service that has one route of every kind, to throw requests at; it keeps what reached its domain. */
export function exampleService(
  extend: (app: Routes) => void = () => {},
  { doorOf, ...more }: Partial<ServiceDependencies> & {
    /** What is asked of requests before anything else is done for them. */
    doorOf?(app: Routes, logger: Log): Door<ServiceDependencies>;
  } = {},
): {
  readonly service: Service;
  readonly log: ReturnType<typeof eventLog.memoryLog>;
  readonly logged: {
    readonly level: string;
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[];
  readonly handled: { readonly data: unknown; readonly context: CommandContext }[];
} {
  const log = eventLog.memoryLog();
  const logged: { level: string; message: string; fields?: Readonly<Record<string, unknown>> }[] =
    [];
  const handled: { data: unknown; context: CommandContext }[] = [];
  const app = routes();

  app.post("/orders/:id", async (c) => {
    const id = readParam(c, "id", field.id);
    const body = await readJson(c, exampleOrder);
    const context = await acceptCommand(c, body);
    handled.push({ data: body, context });
    return commandAnswer(c, { revision: 3, position: 17 }, { body: { id } });
  });
  app.get("/orders", (c) => c.json(readQuery(c, z.strictObject({ status: field.id.optional() }))));
  app.get("/orders/:id", (c) => {
    throw new Refusal("order-unknown", `Cannot find order "${readParam(c, "id", field.id)}"`);
  });
  const charge = commandHandler(command, (data, context) => {
    handled.push({ data, context });
    return Promise.resolve({ revision: 0, position: 1 });
  });
  const commands = { Charge: charge };
  app.route("/", commandEndpoint(commands));
  extend(app);
  const logger = recordingLog((level, message, fields) => logged.push({ level, message, fields }));
  const dependencies = {
    service: "example",
    log,
    logger,
    newId: () => crypto.randomUUID(),
    ...more,
  };
  // What no route of it asks for, nobody gives it.
  const service = toService(app, dependencies as ServiceDependencies, {
    ...{ door: doorOf?.(app, logger), commands },
  });
  return { service, log, logged, handled };
}

/** A POST with a JSON body. */
export function jsonRequest(
  path: string,
  { body, headers = {} }: { body: unknown; headers?: Record<string, string> },
): Request {
  return new Request(`http://example${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

function recordingLog(
  record: (level: string, message: string, fields?: Readonly<Record<string, unknown>>) => void,
): Log {
  return {
    // A line for each request
    debug() {},
    info: (message, fields) => record("info", message, fields),
    warn: (message, fields) => record("warn", message, fields),
    error: (message, fields) => record("error", message, fields),
  };
}
