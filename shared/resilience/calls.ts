export {
  type CallBook,
  callBook,
  type CallsState,
  type Isolation,
  type OperatedCaller,
} from "./call_book.ts";
export { callsActs, type CallsContext, type OperatedCalls } from "./calls_acts.ts";
export type {
  BreakerSettings,
  BulkheadSettings,
  FallbackSettings,
  HedgeSettings,
  ResilienceSettings,
  RetrySettings,
} from "./resilience_settings.ts";
export {
  type SettingsByTarget,
  settingsByTarget,
  type SettingsOf,
  SettingsRefused,
  type SomeSettings,
} from "./settings_by_target.ts";
