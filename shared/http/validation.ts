import { BadInput, bodyLimit, type InputIssue, readText } from "@headwater/resilience";
import { check, mostIssues, pathOf } from "./check.ts";
import { MediaTypeUnsupported } from "./media_type_unsupported.ts";
import type { z } from "zod";
import { parseJson } from "./json_body.ts";
import type { EdgeContext } from "./service_app.ts";
import { whileResting } from "./shed.ts";

/**
 * The request's body, checked. Schemas should be `z.strictObject`, so that unknown fields are refused.
 *
 * Errors: `MediaTypeUnsupported`, `BodyTooLarge`, `BadInput` with paths like `lines[0].quantity`.
 */
export async function readJson<Schema extends z.ZodType>(
  c: EdgeContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  refuseOtherMediaTypes(c.req.header("Content-Type"));
  refusePacked(c.req.header("Content-Encoding"));
  const text = await whileResting(c, () => readText(c.req.raw, bodyLimit));
  return check(parseJson(text), { schema });
}

/** The query parameters, checked; each is a string and may be given once, so numbers need `z.coerce`. */
export function readQuery<Schema extends z.ZodType>(
  c: EdgeContext,
  schema: Schema,
): z.output<Schema> {
  const given = new URL(c.req.url).searchParams;
  const names = new Set<string>();
  const repeated = new Set<string>();
  // Not by `getAll`, which looks through all of them for each of them.
  for (const name of given.keys()) {
    if (names.has(name)) repeated.add(name);
    else names.add(name);
  }
  if (repeated.size > 0) {
    const issues = repeated.values().take(mostIssues)
      .map((name): InputIssue => ({ path: pathOf([name]), message: "Given more than once" }));
    throw new BadInput([...issues]);
  }
  return check(Object.fromEntries(given), { schema });
}

/** One parameter of the route's path, checked. */
export function readParam<Schema extends z.ZodType>(
  c: EdgeContext,
  name: string,
  schema: Schema,
): z.output<Schema> {
  return check(c.req.param(name), { schema, at: [name] });
}

function refuseOtherMediaTypes(contentType: string | undefined): void {
  const [type, ...parameters] = (contentType ?? "").split(";").map((part) =>
    part.trim().toLowerCase()
  );
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type !== "application/json" || !isUtf8) {
    throw new MediaTypeUnsupported(
      "Cannot read the body: its Content-Type must be application/json in UTF-8",
    );
  }
}

/** Unpacked it may be of any size. */
function refusePacked(contentEncoding = "identity"): void {
  if (contentEncoding.trim().toLowerCase() === "identity") return;
  throw new MediaTypeUnsupported(
    `Cannot read the body: its Content-Encoding is ${
      JSON.stringify(contentEncoding.slice(0, 50))
    }, send it as it is`,
  );
}
