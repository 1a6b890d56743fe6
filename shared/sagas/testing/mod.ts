export { giveErrand, giveUpMs, remindMs, waiting } from "./given_errand.ts";
export { stepCommandId } from "../step.ts";
