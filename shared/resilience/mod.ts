export { createResilientClient } from "./resilient_client.ts";
export { preferences, preferredWaitSeconds } from "./preferred_wait.ts";
export { readBytes, readText } from "./read_body.ts";
export { BadInput, BodyTooLarge, type InputIssue } from "./bad_input.ts";
