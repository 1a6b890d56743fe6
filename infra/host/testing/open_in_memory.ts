import { eventLog, silentLog } from "@headwater/core";
import type { Routes } from "@headwater/http";
import type { Sql } from "postgres";
import { openService } from "../open_service.ts";
import type { ServiceDefinition } from "../service.ts";

/**
 * A service's routes and commands over a log in memory, without its sagas. It has no database, no read models and no
 * other services: a route that asks for one of them fails.
 */
export function openInMemory(
  definition: ServiceDefinition,
  { operators }: { readonly operators?: Routes } = {},
): {
  readonly log: eventLog.MemoryLog;
  get(path: string): Promise<Response>;
  /** With this body, as JSON, and these headers. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
} {
  const log = eventLog.memoryLog();
  const { name: service, categories } = definition;
  const opened = openService(definition, {
    ...(operators && { operators }),
    log: eventLog.ownedLog(log, { service, categories }),
    sql: {} as Sql,
    client: { call: () => Promise.reject(new Error("Cannot call: nobody is there")) },
    readModels: {
      wait: () => Promise.reject(new Error("Cannot wait: there are none")),
      isParked: () => Promise.resolve(false),
      follow: () => () => {},
    },
    logger: silentLog,
    newId: () => crypto.randomUUID(),
    random: Math.random,
  });
  return {
    log,
    get: (path) => opened(new Request(`http://${definition.name}${path}`)),
    post: (path, body, headers = {}) =>
      opened(
        new Request(`http://${definition.name}${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      ),
  };
}
