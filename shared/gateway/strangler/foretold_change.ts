import { type acts, Refusal } from "@headwater/core";
import { listRoutes, type RoutesContext } from "./routes_context.ts";
import type { StrangledRouteRow } from "./strangled_routes_view.ts";

/** Tells what an act would change of a route, and what takes that back. Errors: `Refusal` where there is none. */
export async function foretellChange(
  context: RoutesContext,
  { route, to, undo }: {
    readonly route: string;
    /** What it will be, for people. */
    readonly to: string;
    undo?(row: StrangledRouteRow): acts.NamedAct;
  },
): Promise<acts.ForetoldAct> {
  const rows = await listRoutes(context);
  const row = rows.find((each) => each.route === route);
  if (!row) {
    const known = rows.map((each) => each.route).join(", ") || "none";
    throw new Refusal(
      "strangled-route-unknown",
      `Cannot find strangled route "${route}": known are ${known}`,
    );
  }
  const { mode, percent, shadowPercent, isKilled, setting, shadowRound } = row;
  const now = [
    ...(isKilled ? ["killed"] : []),
    shareOf(row),
    ...(shadowPercent > 0 ? [`${shadowPercent} % shadowed`] : []),
  ].join(", ");
  return {
    value: { route, mode, percent, shadowPercent, isKilled, setting, shadowRound },
    text: `would change "${route}", now ${now}, to: ${to}`,
    ...(undo && { undo: undo(row) }),
  };
}

/** As `routes set` takes it. */
export function shareOf({ mode, percent }: Pick<StrangledRouteRow, "mode" | "percent">): string {
  return mode === "canary" ? String(percent) : mode;
}
