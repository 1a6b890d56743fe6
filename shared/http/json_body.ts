import { BadInput } from "./bad_input.ts";
import { locateJsonFault } from "./json_fault.ts";

/** No message of ours nests further than a handful; what follows (hashing, storing) may recurse. */
const deepest = 32;

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
  const fault = locateJsonFault(text);
  return fault ? `Malformed JSON at line ${fault.line}, column ${fault.column}` : "Malformed JSON";
}

/** A loop and not a regular expression: those take quadratic time on strings that never end. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "]" || character === "}") depth--;
    else if (character === "[" || character === "{") {
      depth++;
      if (depth > deepest) {
        throw new BadInput([{ path: "", message: `Nested deeper than ${deepest} levels` }]);
      }
    }
  }
}
