export { runStranglerDemo } from "./strangler_demo.ts";
