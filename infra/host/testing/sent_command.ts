import {
  DeadlineExceeded,
  field,
  machine,
  type Service,
  type ServiceClient,
  silentLog,
  Unavailable,
} from "@headwater/core";
import {
  commandEndpoint,
  commandHandler,
  type CommandHandlers,
  type ServiceDependencies,
  toService,
} from "@headwater/http";
import { createResilientClient } from "@headwater/resilience";
import { z } from "zod";
import { httpClient } from "../service_client/http.ts";
import { inProcessClient } from "../service_client/in_process.ts";

/** By which a command reaches the service "payment". */
export const ways: Readonly<Record<string, (service: Service) => ServiceClient & AsyncDisposable>> =
  {
    "in this process": (service) => ({
      ...inProcessClient(new Map([["payment", service]])),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    "in this process, as a request": (service) => ({
      call: inProcessClient(new Map([["payment", service]])).call,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    "over HTTP": (service) => {
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
      const client = httpClient(new Map([["payment", `http://127.0.0.1:${server.addr.port}`]]));
      return {
        call: client.call,
        async [Symbol.asyncDispose]() {
          client[Symbol.dispose]();
          await server.shutdown();
        },
      };
    },
  };

export const message: machine.CommandMessage = {
  type: "Charge",
  data: JSON.stringify({ amount: 5 }),
  key: "5b0f3f9e-4a0c-4f0e-8f43-0f9d5c1d1b11",
  correlationId: "flow-1",
  causationId: "8c3b7f1a-52d4-4b8e-9d2f-7e6a1c0b9d33",
  actor: "fulfilment",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

/** The service's answer to one command, sent by a guarded client; errors as they are told apart. */
export async function answerTo(
  sent: Partial<machine.CommandMessage>,
  { way, handle, tryMs = 10_000, signal = new AbortController().signal }: {
    readonly way: string;
    readonly handle: (...given: Parameters<CommandHandlers[string]["handle"]>) => Promise<unknown>;
    readonly tryMs?: number;
    readonly signal?: AbortSignal;
  },
): Promise<unknown> {
  const place = { revision: 0, position: 7 };
  const commands = {
    Charge: commandHandler(
      z.strictObject({ amount: field.amount }),
      async (...given) => ({ ...place, ...await handle(...given) as object | undefined }),
    ),
  };
  const dependencies = {
    service: "payment",
    logger: silentLog,
    newId: () => "made-anew",
  };
  const service = toService(
    commandEndpoint(commands),
    // Its routes ask for nothing else
    dependencies as unknown as ServiceDependencies,
    { commands },
  );
  await using client = ways[way]!(service);
  const retry = { tries: 1, shortestPauseMs: 0, throttledPauseMs: 0, longestPauseMs: 0 };
  const guarded = createResilientClient(client, { tryMs, totalMs: tryMs, retry });
  try {
    return await machine.sendCommand(guarded, {
      service: "payment",
      message: { ...message, ...sent },
      signal,
    });
  } catch (error) {
    if (error instanceof Unavailable) {
      const { name, message, code, limit, retryAfter } = error;
      return { name, message, code, limit, retryAfter };
    }
    if (error instanceof DeadlineExceeded) return { name: error.name };
    throw error;
  }
}
