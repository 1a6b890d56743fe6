export * from "./cache.ts";
export * from "./concurrency_limit.ts";
export { withoutPassword } from "./credentials.ts";
export { Places } from "./places.ts";
