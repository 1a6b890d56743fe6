export { openInMemory } from "./open_in_memory.ts";
