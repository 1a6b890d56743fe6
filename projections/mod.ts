export { projectionsActs } from "./acts.ts";
export { type FillTurn, type FillTurns, fillTurns } from "./fill_turns.ts";
export type { ProjectionsContext } from "./operated_view.ts";
export { requestRebuild } from "./prepare_view.ts";
export {
  type Projections,
  type ProjectionsOptions,
  startProjections,
} from "./start_projections.ts";
export type { ProjectionState } from "./checkpoint.ts";
export type { ProjectionDatabase, ProjectionStatus } from "./projection_status.ts";
