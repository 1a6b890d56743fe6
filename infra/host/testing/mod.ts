export { openInMemory } from "./open_in_memory.ts";
export { type Fate, type KeptAliveClients, keptAliveClients } from "./kept_alive_clients.ts";
export { type CollectedSpan, type TraceCollector, traceCollector } from "./trace_collector.ts";
export { answerTo, message, ways } from "./sent_command.ts";
