import { importDirections } from "./import_directions.ts";
import { purity } from "./purity.ts";
import {
  documented,
  errorMessage,
  noDeno,
  parameters,
  privateMember,
  refusalCode,
  topLevelFunction,
} from "./code_rules.ts";
import { postgres } from "./postgres_rule.ts";
import { bareFetch } from "./fetch_rule.ts";
import { fileLength, fileName } from "./file_rules.ts";

/** What the design asks of every file, as far as a tool can hold it. */
export default {
  name: "headwater",
  rules: {
    "import-directions": importDirections,
    purity,
    "file-name": fileName,
    "file-length": fileLength,
    "no-deno": noDeno,
    parameters,
    documented,
    "error-message": errorMessage,
    "refusal-code": refusalCode,
    "top-level-function": topLevelFunction,
    "private-member": privateMember,
    postgres,
    "bare-fetch": bareFetch,
  },
} satisfies Deno.lint.Plugin;
