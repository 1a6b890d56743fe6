/**
 * The operators' console: see the README of `@headwater/console`.
 *
 * @module
 */

export type {
  AskedOfService,
  ConsoleAct,
  ConsoleCheck,
  ConsoleDependencies,
} from "./context/console_context.ts";
export { operatorsConsole } from "./operators_console.tsx";
export type { ConsoleService } from "./components/service_name.tsx";
