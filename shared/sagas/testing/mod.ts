export { giveErrand, giveUpMs, remindMs, waiting } from "./given_errand.ts";
