export { describeEvents } from "./describe_events.ts";
export { describeApi, describeService } from "./describe_api.ts";
