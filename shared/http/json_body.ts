import { BadInput } from "@headwater/resilience";
import { locateJsonFault } from "./json_fault.ts";

/** No message of ours nests further than a handful; what follows (hashing, storing) may recurse. */
const deepest = 32;

/** Characters: a few milliseconds of search, which must not hold up others for the sake of a better message. */
const longestSearched = 16 * 1024;

/** Parses a body. Errors: `BadInput` that says where the JSON is malformed, or that it nests too deep. */
export function parseJson(text: string): unknown {
  refuseDepth(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadInput([{ path: "", message: messageFor(text) }], { cause });
  }
}

function messageFor(text: string): string {
  const fault = text.length <= longestSearched ? locateJsonFault(text) : undefined;
  return fault ? `Malformed JSON at line ${fault.line}, column ${fault.column}` : "Malformed JSON";
}

const quote = '"'.charCodeAt(0);
const backslash = "\\".charCodeAt(0);
const [openBracket, closeBracket] = ["[".charCodeAt(0), "]".charCodeAt(0)];
const [openBrace, closeBrace] = ["{".charCodeAt(0), "}".charCodeAt(0)];

/** A loop and not a regular expression: those take quadratic time on strings that never end. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === backslash) at++;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === closeBracket || character === closeBrace) depth--;
    else if (character === openBracket || character === openBrace) {
      depth++;
      if (depth > deepest) {
        throw new BadInput([{ path: "", message: `Nested deeper than ${deepest} levels` }]);
      }
    }
  }
}
