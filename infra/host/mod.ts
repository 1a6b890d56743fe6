// What a team writes, and what runs it
export { type Application, application, type ServiceDatabase } from "./application.ts";
export { run } from "./run.ts";
export { service, type ServiceDefinition } from "./service.ts";
/** What an application's API is, for those who have no running one to ask. */
export * as description from "./description.ts";

// For commands of an application's own
export { createLogger } from "./logger.ts";
export { type Config, type ConfigSources, environment, readConfig } from "./config.ts";
export { type Flags, readFlags } from "./flags.ts";
export { environmentVariables } from "./settings.ts";
export { listenForInterruption } from "./interruption.ts";
export { look, type Operated } from "./operate.ts";

// An application in other places than its own
export { connectDatabases, databasesOn, throwAwayDatabases } from "./databases.ts";
export { type Host, startHost } from "./host.ts";
export { type OpenLog, openLog } from "./open_log.ts";
export { openUpstreams } from "./open_upstreams.ts";
export { serve, type Server } from "./serve.ts";
export { type Split, startSplit } from "./start_split.ts";
export type { SupervisedProcess } from "./supervised_process.ts";
export { startThrowAwayPostgres } from "@headwater/postgres";

// Parts of it, for those who put something else together
export { describeRunning } from "./data_directory.ts";
export { httpClient } from "./service_client/http.ts";
export { inProcessClient } from "./service_client/in_process.ts";
export { openService } from "./open_service.ts";
