export { run } from "./run.ts";
export { databaseName } from "./adapters.ts";
export {
  type Application,
  application,
  type GatewayDependencies,
  type ServiceDatabase,
} from "./application.ts";
export {
  ConfigError,
  configHelp,
  type ConfigSources,
  environmentVariables,
  readConfig,
} from "./config.ts";
export { describeRunning } from "./data_directory.ts";
export { describeFailure } from "./describe_failure.ts";
export { dev, devSplit } from "./dev.ts";
export { readFlags } from "./flags.ts";
export { type Host, startHost } from "./host.ts";
export { listenForInterruption } from "./interruption.ts";
export { createLogger, type LogLevel, logLevels, withFields } from "./logger.ts";
export { operate } from "./operate.ts";
export { sagasCommand } from "./sagas.ts";
export { serve, type Server } from "./serve.ts";
export { httpClient } from "./service_client/http.ts";
export { inProcessClient } from "./service_client/in_process.ts";
export { service, type ServiceDefinition } from "./service.ts";
export {
  type AloneOptions,
  serveGateway,
  serveService,
  untilSupervisorEnds,
} from "./split/serve_alone.ts";
export { startSplit } from "./split/start_split.ts";
export type { SupervisedProcess } from "./split/supervised_process.ts";
export { openService } from "./open_service.ts";
