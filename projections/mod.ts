export { startProjections } from "./start_projections.ts";
export { type Projections, type ProjectionsOptions } from "./start_projections.ts";
export { type ProjectionStatus } from "./projection_status.ts";
export { requestRebuild } from "./prepare_view.ts";
export { projectionsCommand } from "./command_line.ts";
export { type CommandLineOptions } from "./command_line.ts";
export { storedStatuses } from "./stored_status.ts";
export { type ProjectionDatabase } from "./stored_status.ts";
