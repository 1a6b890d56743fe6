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
