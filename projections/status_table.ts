import type { ProjectionStatus } from "./projection_status.ts";

/** The statuses for people: one line each, under a line of headings. */
export function statusTable(statuses: readonly ProjectionStatus[]): string {
  const rows = [
    ["SERVICE", "NAME", "GEN", "STATE", "SINCE", "LAG", "POSITION", "VERSION", "OWNER", ""],
    ...statuses.map((status) => [
      status.service,
      status.name,
      status.generation === null ? "-" : String(status.generation),
      status.state,
      status.since ?? "-",
      status.caughtUp ? "-" : duration(status.lagMs),
      status.position === null ? "-" : grouped(status.position),
      String(status.version),
      status.owner ?? "-",
      [
        status.parkedKeys > 0 ? parkedText(status.parkedKeys) : "",
        status.needsRebuild ? "needs a rebuild" : "",
        status.cause ?? "",
      ].filter(Boolean).join(": "),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd())
    .join("\n");
}

/** "1 parked key", "2 parked keys". */
export function parkedText(count: number): string {
  return `${grouped(count)} parked key${count === 1 ? "" : "s"}`;
}

/** 1234567 → 1,234,567 */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
