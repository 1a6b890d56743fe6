export { type Entry, exampleEntries, recorded, without } from "./example_history.ts";
