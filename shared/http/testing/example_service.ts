import { z } from "zod";
import {
  amountSchema,
  type CommandContext,
  idSchema,
  type Log,
  type LogFields,
  memoryLog,
  quantitySchema,
  Refusal,
  type Service,
  textSchema,
} from "@headwater/core";
import { commandAnswer } from "../command_answer.ts";
import { commandEndpoint } from "../command_endpoint.ts";
import { idempotent } from "../idempotency.ts";
import { createServiceApp, type ServiceApp, toService } from "../service_app.ts";
import { readJson, readParam, readQuery } from "../validation.ts";

export const exampleOrder = z.strictObject({
  customer: textSchema(50),
  lines: z.array(
    z.strictObject({ sku: idSchema, quantity: quantitySchema, unitPrice: amountSchema }),
  ).min(1).max(100),
});

export const validExampleOrder: z.input<typeof exampleOrder> = {
  customer: "Ada",
  lines: [{ sku: "SKU1", quantity: 2, unitPrice: 499 }],
};

const command = z.strictObject({ amount: amountSchema });

/** A service that has one route of every kind, to throw requests at; it keeps what reached its domain. */
export function exampleService(extend: (app: ServiceApp) => void = () => {}): {
  readonly service: Service;
  readonly log: ReturnType<typeof memoryLog>;
  readonly logged: {
    readonly level: string;
    readonly message: string;
    readonly fields?: LogFields;
  }[];
  readonly handled: { readonly data: unknown; readonly context: CommandContext }[];
} {
  const log = memoryLog();
  const logged: { level: string; message: string; fields?: LogFields }[] = [];
  const handled: { data: unknown; context: CommandContext }[] = [];
  const app = createServiceApp("example", {
    logger: recordingLog((level, message, fields) => logged.push({ level, message, fields })),
    checks: [],
    newId: () => crypto.randomUUID(),
  });
  const accept = idempotent({ log });

  app.post("/orders/:id", async (c) => {
    const id = readParam(c, "id", idSchema);
    const body = await readJson(c, exampleOrder);
    const context = await accept(c, body);
    handled.push({ data: body, context });
    return commandAnswer(c, { revision: 3, position: 17 }, { body: { id } });
  });
  app.get("/orders", (c) => c.json(readQuery(c, z.strictObject({ status: idSchema.optional() }))));
  app.get("/orders/:id", (c) => {
    throw new Refusal("order-unknown", `Cannot find order "${readParam(c, "id", idSchema)}"`);
  });
  commandEndpoint(app, {
    Charge: {
      schema: command,
      handle: (data, context) => {
        handled.push({ data, context });
        return Promise.resolve({ revision: 0, position: 1 });
      },
    },
  });
  extend(app);
  return { service: toService(app), log, logged, handled };
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
  record: (level: string, message: string, fields?: LogFields) => void,
): Log {
  return {
    debug: (message, fields) => record("debug", message, fields),
    info: (message, fields) => record("info", message, fields),
    warn: (message, fields) => record("warn", message, fields),
    error: (message, fields) => record("error", message, fields),
  };
}
