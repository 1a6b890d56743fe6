import { type EventLog, type Log, machine, time } from "@headwater/core";
import { ownHosts } from "@headwater/http";
import { openAdapters } from "./adapters.ts";
import type { Application } from "./application.ts";
import type { Config } from "./config.ts";
import { type DataDirectory, openDataDirectory } from "./data_directory.ts";
import { startHost } from "./host.ts";
import { serveReadings } from "./log_readings.ts";
import { openLog } from "./open_log.ts";
import { openRights } from "./open_rights.ts";
import { openUpstreams } from "./open_upstreams.ts";
import { processCaches } from "./process_caches.ts";
import { resilienceOf } from "./resilience_file.ts";
import { assertPortIsFree, serve } from "./serve.ts";
import { reasonsIn } from "./service_checks.ts";
import { startSplit } from "./start_split.ts";
import { startStory, type Story } from "./story_lines.ts";

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
  /** Where the log is read by who only looks. */
  readonly logUrls: Readonly<Record<string, string>>;
  readonly parts: readonly { readonly name: string; readonly where: string }[];
  readonly log: EventLog;
  readonly story: Story;
};

/** What keeps an event store from answering within this time is worth to be told. */
const answerMs = 1_000;
const lookMs = 50;

/** `deno task dev`: the whole application in this process, until the signal. */
export async function dev(application: Application, options: DevOptions): Promise<void> {
  const startedAt = performance.now();
  const { config, logger, signal } = options;
  await using directory = await openDataDirectory(config.dataDirectory);
  assertPortIsFree(config);
  await using open = await openUpstreams(application, { ...config, logger });
  const settingsOf = await resilienceOf(application, config.resilienceFile);
  const cacheBudget = processCaches();
  await using adapters = await openAdapters({
    application: application.name,
    services: application.services.filter(({ name }) => !config.databaseUrls.has(name)),
    ...{ config, directory: directory.path, cacheBudget, logger, signal },
  });
  const { log, postgresUrl } = adapters;
  await using story = startStory(log, storyOf(application, options));
  await using host = await startHost(application, {
    ...adapters,
    upstreams: open.upstreams,
    settingsOf,
    gatewayChecks: [...adapters.gatewayChecks, ...open.checks],
    healthEveryMs: config.healthEveryMs,
    traceUrl: config.traceUrl,
    processName: config.processName,
    mostParkedKeys: config.mostParkedKeys,
    allowStranded: config.allowStranded,
    cacheBudget,
    admit: ownHosts({ listensOn: config.host, names: config.hostNames }),
    ...await openRights(config, { sharedStore: adapters.sharedStore, logger }),
    welcome: application.welcome?.(),
    leaving: signal,
    logger,
  });
  await using server = serve(host.gateway, { ...config, logger });
  // A file of ours nobody else can open
  const { eventStoreUrl: eventStore } = config;
  await using readings = eventStore === undefined ? serveReadings(log, { logger }) : undefined;
  const parts = [
    ...adapters.parts,
    { name: "services", where: application.services.map(({ name }) => name).join(", ") },
    { name: "gateway", where: server.url },
    { name: "console", where: `${server.url}/console` },
  ];
  const { url } = server;
  await announce(application, directory, {
    ...options,
    ...{ startedAt, url, postgresUrl, parts, log, story },
    logUrls: {
      ...(eventStore !== undefined && { eventStore }),
      ...(readings && { readings: readings.url }),
    },
  });
}

/** `deno task dev --split`: a process for each service, each started again when it dies, until the signal. */
export async function devSplit(application: Application, options: DevOptions): Promise<void> {
  const startedAt = performance.now();
  const { config, logger, print } = options;
  await using directory = await openDataDirectory(config.dataDirectory);
  assertPortIsFree(config);
  print(`Starting "${application.name}" in ${application.services.length + 1} processes …`);
  await using split = await startSplit(application, { ...options, directory: directory.path });
  const { log, where } = await openLog({ ...split, directory: directory.path, logger });
  await using _log = log;
  await using story = startStory(log, storyOf(application, options));
  const parts = [
    { name: "PostgreSQL", where: config.databaseUrl ? "as configured" : "embedded" },
    ...split.processes.map(({ name, pid }) => ({ name, where: `process ${pid}` })),
    { name: "event log", where },
    { name: "gateway", where: split.url },
    { name: "console", where: `${split.url}/console` },
  ];
  const logUrls = { eventStore: split.eventStoreUrl };
  const started = { startedAt, logUrls, parts, log, story };
  await announce(application, directory, { ...options, ...split, ...started });
}

function storyOf({ story = () => undefined }: Application, { print, logger }: DevOptions) {
  return { story, print, logger };
}

/** Undefined: the event log answers. */
async function troubleOf(log: EventLog): Promise<string | undefined> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("it does not answer"), answerMs);
  const answer = log.head().then(
    () => undefined,
    (error) => machine.messageOf(error),
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What does not work yet; what does a moment later is nothing to tell. */
async function gapsOf(url: string): Promise<readonly string[]> {
  const until = performance.now() + answerMs;
  for (;;) {
    const gaps = await seenGaps(url);
    if (gaps.length === 0 || performance.now() > until) return gaps;
    await time.pause(lookMs);
  }
}

async function seenGaps(url: string): Promise<readonly string[]> {
  try {
    return await reasonsIn(
      await fetch(`${url}/health/startup`, { signal: AbortSignal.timeout(answerMs) }),
    );
  } catch (error) {
    return [`no answer: ${machine.messageOf(error)}`];
  }
}

/** Tells where everything is, then what happens, until the signal. */
async function announce(
  application: Application,
  directory: DataDirectory,
  { url, postgresUrl, logUrls, parts, log, story, startedAt, print, signal }:
    & Started
    & DevOptions
    & {
      readonly startedAt: number;
    },
): Promise<void> {
  const trouble = await troubleOf(log);
  const gaps = trouble === undefined ? await gapsOf(url) : [];
  await directory.announce({
    gateway: url,
    ...logUrls,
    ...(postgresUrl !== undefined && { postgres: postgresUrl }),
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const line of greeting(application, { parts, url, trouble, gaps, seconds })) print(line);
  story.begin();
  await time.aborted(signal);
  print("Stopping …");
}

function greeting(
  { name, greeting = () => [], welcome }: Application,
  { parts, url, trouble, gaps, seconds }: Pick<Started, "parts" | "url"> & {
    /** Why nothing will work for now. */
    readonly trouble: string | undefined;
    readonly gaps: readonly string[];
    readonly seconds: string;
  },
): string[] {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const toTry = greeting(url);
  const hasWelcome = welcome !== undefined && trouble === undefined;
  return [
    "",
    `Headwater runs "${name}", started in ${seconds} s; Ctrl-C stops it`,
    ...parts.map(({ name, where }) => `  ${name.padEnd(width)} ${where}`),
    ...(trouble === undefined
      ? []
      : ["", "The event log is not there; everything waits for it:", `  ${trouble}`]),
    ...(gaps.length === 0
      ? []
      : ["", `Not everything is there yet, ${url}/health/ready says how far it is:`]),
    ...gaps.map((gap) => `  ${gap}`),
    ...(hasWelcome ? ["", `Open ${url} in a browser, and place an order by a click`] : []),
    ...(toTry.length === 0 ? [] : ["", `${hasWelcome ? "Or try" : "Try"}, in another terminal:`]),
    ...toTry.map((line) => `  ${line}`),
    "",
  ];
}
