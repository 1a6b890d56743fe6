import type { Log } from "@headwater/shared/ports/log";
import { type Adapters, openAdapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { openDataDirectory } from "./data_directory.ts";
import type { Application } from "./application.ts";
import { startHost } from "./host.ts";
import { serve } from "./serve.ts";

export type DevOptions = {
  readonly config: Config;
  readonly logger: Log;
  /** Takes a line for people. */
  print(line: string): void;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/** `deno task dev`: the whole application in this process, until the signal. */
export async function dev(application: Application, options: DevOptions): Promise<void> {
  const { config, logger, print, signal } = options;
  const startedAt = performance.now();
  await using directory = await openDataDirectory(config.dataDirectory);
  await using adapters = await openAdapters({ config, directory: directory.path, logger, signal });
  await using host = await startHost(application, { ...adapters, logger });
  await using server = serve(host.gateway, { ...config, logger });
  await directory.announce({
    gateway: server.url,
    ...(adapters.postgresUrl !== undefined && { postgres: adapters.postgresUrl }),
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const line of greeting(application, { adapters, url: server.url, seconds })) print(line);
  await aborted(signal);
  print("Stopping …");
}

function greeting(
  { services }: Application,
  { adapters, url, seconds }: {
    readonly adapters: Adapters;
    readonly url: string;
    readonly seconds: string;
  },
): string[] {
  const parts = [
    ...adapters.parts,
    { name: "services", where: services.map(({ name }) => name).join(", ") },
    { name: "gateway", where: url },
  ];
  const order = JSON.stringify({
    orderId: "my-first",
    customerId: "me",
    currency: "EUR",
    lines: [{ sku: "TEA", quantity: 2, unitPrice: 450 }],
    shippingAddress: {
      name: "Ada",
      line1: "1 Mill Lane",
      city: "Hull",
      postalCode: "12345",
      country: "GB",
    },
    paymentMethod: "pm_ok",
  });
  const post = `curl -X POST -H 'content-type: application/json'`;
  return [
    "",
    `Headwater started in ${seconds} s; Ctrl-C stops it`,
    ...parts.map(({ name, where }) => `  ${name.padEnd(11)} ${where}`),
    "",
    "Try, in another terminal:",
    `  ${post} ${url}/api/inventory/items/TEA/receive -d '{"quantity": 10}'`,
    `  ${post} ${url}/api/orders -d '${order}'`,
    `  curl ${url}/api/orders/my-first/timeline`,
    "",
  ];
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
