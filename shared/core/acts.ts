export * from "./duration_text.ts";
export * from "./operators_act.ts";
export * from "./operators_command.ts";
export * from "./text_table.ts";
