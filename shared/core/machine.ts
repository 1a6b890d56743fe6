export * from "./cache.ts";
export { withoutPassword } from "./credentials.ts";
