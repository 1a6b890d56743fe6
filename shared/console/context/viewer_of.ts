import { edge, type EdgeContext } from "@headwater/http";
import type { Viewer } from "../components/viewer.tsx";
import type { ConsoleContext } from "./console_context.ts";

/** Whom a request is answered for, and what they may do: as the services will see it, who refuse the rest. */
export function viewerOf(
  c: Pick<EdgeContext, "var">,
  { acts, logOutUrl }: Pick<ConsoleContext, "acts" | "logOutUrl">,
): Viewer {
  const { identity } = c.var;
  if (!identity) return { lackedRole: () => undefined };
  const { name, actor, roles } = identity;
  return {
    ...{ name: name ?? actor, logOutUrl },
    roles: ["admin", "operator"].filter((role) => roles.includes(role)),
    lackedRole({ engine, act }) {
      const { role = "operator" } = acts[engine]?.find(({ name }) => name === act) ?? {};
      return edge.hasRole(identity, role) ? undefined : role;
    },
  };
}
