import { acts, machine } from "@headwater/core";
import type { ShadowReport } from "./judge_shadow.ts";
import type { StrangledRouteRow } from "./strangled_routes_view.ts";

/** Strangled routes for people: one line each, under a line of headings. */
export function routesTable(rows: readonly StrangledRouteRow[]): string {
  if (rows.length === 0) return "No gateway has a strangled route";
  return acts.textTable([
    ["ROUTE", "NEW SIDE", "SHADOW", "PINNED", "ROLL-BACKS", "SINCE", "BY", ""],
    ...rows.map((row) => [
      row.route,
      shareText(row),
      `${row.shadowPercent} %`,
      `${row.pinnedLegacy} legacy, ${row.pinnedNew} new`,
      String(row.rollBacks),
      row.changedAt ?? "-",
      row.changedBy ?? "-",
      row.reason ?? "",
    ]),
  ]);
}

/** What a change has come to. */
export function changedText(row: StrangledRouteRow): string {
  return `"${row.route}": new side ${shareText(row)}, shadow ${row.shadowPercent} %`;
}

/** A report on what the new side would have answered. */
export function reportText(report: ShadowReport): string {
  const { route, since, samples, mismatchRate, noiseSamples, dropped, fields, examples } = report;
  const lines = [
    `"${route}": ${report.verdict}`,
    `${samples} samples since ${since ?? "now"}, ${percent(mismatchRate)} with a difference; ` +
    `the legacy side was asked twice for ${noiseSamples}; ${dropped} were dropped`,
  ];
  if (fields.length > 0) {
    const rows = fields.map(({ field, raw, noise, counts }) => [
      field,
      String(raw),
      String(noise),
      counts ? "differs" : "noise",
    ]);
    lines.push("", acts.textTable([["FIELD", "DIFFERED", "FROM ITSELF", ""], ...rows]));
  }
  for (const { at, request, differences } of examples) {
    lines.push("", machine.inOneLine(`${at}  ${request}`));
    for (const { field, legacy, new: found } of differences) {
      lines.push(machine.inOneLine(`  ${field}: legacy ${legacy}, new ${found}`));
    }
  }
  return lines.join("\n");
}

function shareText({ mode, percent, isKilled }: StrangledRouteRow): string {
  const share = mode === "canary" ? `${percent} %` : mode === "new" ? "all" : "none";
  return isKilled ? `killed (${share})` : share;
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(2)} %`;
}
