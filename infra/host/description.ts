export { describeApi, describeService } from "./describe_api.ts";
