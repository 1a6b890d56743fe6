export { newCommand } from "./new_command.ts";
export type { Workspace } from "./workspace.ts";
