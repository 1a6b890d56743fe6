import { engines } from "./engines.ts";
import { frame } from "./frame.ts";
import { overview } from "./overview.ts";
import { parts } from "./parts.ts";
import { story } from "./story.ts";
import { tokens } from "./tokens.ts";

/** The one stylesheet. */
export const stylesheet: string = [tokens, frame, parts, overview, story, engines].join("");
