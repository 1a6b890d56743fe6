import type { describe } from "@headwater/http";
import { z } from "zod";
import type { Page, PagePart } from "./page.ts";

/** What became of a part, as `meta` says it. */
const partSaid = z.object({
  status: z.enum(["ok", "none", "timeout", "open", "error", "stale"]),
  code: z.string().optional(),
  ms: z.int().min(0),
  ageMs: z.int().min(0).optional(),
});

const query = z.object({ complete: z.enum(["true", "false"]).optional() });

/** Pages as descriptions see them: what their parts' routes are declared to take and to answer. */
export function describePages(
  pages: readonly Page[],
  routes: readonly describe.DescribedRoute[],
): readonly describe.DescribedRoute[] {
  return pages.map(({ path, parts, operation, summary }) => {
    const found = parts.map((part) => ({ part, route: routeOf(part, routes) }));
    const params = Object.assign({}, ...found.map(({ route }) => route?.declared.params));
    return {
      service: "gateway",
      method: "GET",
      path,
      isPage: true,
      reads: { tellsParked: true, resumes: false },
      declared: {
        ...{ operation, summary, query },
        params: Object.fromEntries(
          Object.entries<z.ZodType>(params).filter(([name]) =>
            path.split("/").includes(`:${name}`)
          ),
        ),
        answer: z.object({
          data: z.object(
            Object.fromEntries(found.map(({ part, route }) => [part.name, shown(part, route)])),
          ),
          meta: z.object({
            complete: z.boolean(),
            parts: z.object(Object.fromEntries(parts.map(({ name }) => [name, partSaid]))),
          }),
        }),
        refusals: found.flatMap(({ part, route }) =>
          part.required ? route?.declared.refusals ?? [] : []
        ),
      },
    };
  });
}

function routeOf(
  { from }: PagePart,
  routes: readonly describe.DescribedRoute[],
): describe.DescribedRoute | undefined {
  return routes.find(({ service, method, path }) =>
    method === "GET" && service === from.service && path === from.path
  );
}

function shown(
  { required = false, fallback }: PagePart,
  route: describe.DescribedRoute | undefined,
): z.ZodType {
  // What is always the same instead is what its page wants it to be
  const answer = typeof fallback === "object" ? undefined : route?.declared.answer;
  if (!answer) return z.unknown();
  return required ? answer : answer.nullable();
}
