import { aborted, type EventLog, type Log } from "@headwater/core";
import { openAdapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { type DataDirectory, openDataDirectory } from "./data_directory.ts";
import type { Application } from "./application.ts";
import { startHost } from "./host.ts";
import { serve } from "./serve.ts";
import { startSplit } from "./split/start_split.ts";
import { withoutCredentials } from "./without_credentials.ts";

export type DevOptions = {
  readonly config: Config;
  readonly logger: Log;
  /** Takes a line for people. */
  print(line: string): void;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/** What is running, for people and for other processes. */
type Started = {
  readonly url: string;
  readonly postgresUrl: string | undefined;
  readonly parts: readonly { readonly name: string; readonly where: string }[];
  /** Why nothing will work for now. */
  readonly trouble?: string | undefined;
};

/** What keeps an event store from answering within this time is worth to be told. */
const answerMs = 1_000;

/** `deno task dev`: the whole application in this process, until the signal. */
export async function dev(application: Application, options: DevOptions): Promise<void> {
  const startedAt = performance.now();
  const { config, logger, signal } = options;
  await using directory = await openDataDirectory(config.dataDirectory);
  await using adapters = await openAdapters({ config, directory: directory.path, logger, signal });
  await using host = await startHost(application, { ...adapters, logger });
  await using server = serve(host.gateway, { ...config, logger });
  const parts = [
    ...adapters.parts,
    { name: "services", where: application.services.map(({ name }) => name).join(", ") },
    { name: "gateway", where: server.url },
  ];
  const { postgresUrl } = adapters;
  const trouble = await troubleOf(adapters.log);
  await announce(directory, {
    ...options,
    startedAt,
    url: server.url,
    postgresUrl,
    parts,
    trouble,
  });
}

/** `deno task dev --split`: a process for each service, each started again when it dies, until the signal. */
export async function devSplit(application: Application, options: DevOptions): Promise<void> {
  const startedAt = performance.now();
  await using directory = await openDataDirectory(options.config.dataDirectory);
  await using split = await startSplit(application, { ...options, directory: directory.path });
  const parts = [
    { name: "PostgreSQL", where: options.config.databaseUrl ? "as configured" : "embedded" },
    ...split.processes.map(({ name, pid }) => ({ name, where: `process ${pid}` })),
    { name: "event log", where: withoutCredentials(split.eventStoreUrl) },
    { name: "gateway", where: split.url },
  ];
  await announce(directory, { ...options, ...split, startedAt, parts });
}

/** Undefined: the event log answers. */
async function troubleOf(log: EventLog): Promise<string | undefined> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("it does not answer"), answerMs);
  const answer = log.head().then(
    () => undefined,
    (error) => error instanceof Error ? error.message : String(error),
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells where everything is, then waits for the signal. */
async function announce(
  directory: DataDirectory,
  { url, postgresUrl, parts, trouble, startedAt, print, signal }: Started & DevOptions & {
    readonly startedAt: number;
  },
): Promise<void> {
  await directory.announce({
    gateway: url,
    ...(postgresUrl !== undefined && { postgres: postgresUrl }),
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const line of greeting({ parts, url, trouble, seconds })) print(line);
  await aborted(signal);
  print("Stopping …");
}

function greeting(
  { parts, url, trouble, seconds }: Pick<Started, "parts" | "url" | "trouble"> & {
    readonly seconds: string;
  },
): string[] {
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
  const width = Math.max(...parts.map(({ name }) => name.length));
  return [
    "",
    `Headwater started in ${seconds} s; Ctrl-C stops it`,
    ...parts.map(({ name, where }) => `  ${name.padEnd(width)} ${where}`),
    ...(trouble === undefined
      ? []
      : ["", "The event log is not there; everything waits for it:", `  ${trouble}`]),
    "",
    "Try, in another terminal:",
    `  ${post} ${url}/api/inventory/items/TEA/receive -d '{"quantity": 10}'`,
    `  ${post} ${url}/api/orders -d '${order}'`,
    `  curl ${url}/api/orders/my-first/timeline`,
    "",
  ];
}
