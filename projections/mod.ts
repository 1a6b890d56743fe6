export { projectionsActs } from "./acts.ts";
export type { BulkSettings } from "./bulk_settings.ts";
export { type FillTurn, type FillTurns, fillTurns } from "./fill_turns.ts";
export type { ProjectionState, ReplayProgress } from "./generation.ts";
export type { ProjectionsContext } from "./operated_view.ts";
export type { ProjectionDatabase, ProjectionStatus, ShownState } from "./projection_status.ts";
export {
  type Projections,
  type ProjectionsOptions,
  startProjections,
} from "./start_projections.ts";
export { beginGeneration, type BeginOutcome } from "./switch_generation.ts";
export { DefinitionRefused } from "./view_projection.ts";
