export * from "./cache.ts";
export * from "./concurrency_limit.ts";
export { withoutPassword } from "./credentials.ts";
export * from "./memory_store.ts";
export { Places } from "./places.ts";
export * from "./shared_store.ts";
