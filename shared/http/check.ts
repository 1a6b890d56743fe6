import { BadInput, type InputIssue } from "@headwater/resilience";
import type { z } from "zod";

/** Beyond this many, more issues help nobody, and each costs something. */
export const mostIssues = 100;

/** What fits a schema, as the schema has it. Errors: `BadInput` with paths like `lines[0].quantity`, at most so many. */
export function check<Schema extends z.ZodType>(
  value: unknown,
  { schema, at = [] }: { schema: Schema; at?: readonly PropertyKey[] },
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.values().flatMap((issue) => issuesOf(issue, at));
  throw new BadInput([...issues.take(mostIssues)], { cause: parsed.error });
}

function* issuesOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[]): Generator<InputIssue> {
  const path = [...at, ...issue.path];
  if (issue.code !== "unrecognized_keys") {
    yield { path: pathOf(path), message: issue.message };
    return;
  }
  for (const key of issue.keys) {
    yield { path: pathOf([...path, key]), message: "Unknown field" };
  }
}

/** `lines[0].quantity`; a name that is not a plain word is quoted: `["odd name"]`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part, index) => {
    if (typeof part === "number") return `[${part}]`;
    const name = String(part);
    if (!/^[\w-]{1,100}$/.test(name)) return `[${JSON.stringify(name.slice(0, 100))}]`;
    return index === 0 ? name : `.${name}`;
  }).join("");
}
