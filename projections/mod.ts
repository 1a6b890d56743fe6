export { startProjections } from "./start_projections.ts";
export type { Projections, ProjectionsOptions } from "./start_projections.ts";
export type { ProjectionStatus } from "./projection_status.ts";
export { requestRebuild } from "./prepare_view.ts";
export { timelineService } from "./timeline_service.ts";
export { projectionsCommand } from "./command_line.ts";
export type { CommandLineOptions } from "./command_line.ts";
export { storedStatuses } from "./stored_status.ts";
export type { ProjectionDatabase } from "./stored_status.ts";
