import { acts } from "@headwater/core";
import type { ReplayProgress } from "./generation.ts";
import type { ProjectionStatus } from "./projection_status.ts";

/** The statuses for people: one line each, under a line of headings. */
export function statusTable(statuses: readonly ProjectionStatus[]): string {
  return acts.textTable([
    ["SERVICE", "NAME", "GEN", "STATE", "SINCE", "LAG", "POSITION", "VERSION", "OWNER", ""],
    ...statuses.map((status) => [
      status.service,
      status.name,
      status.generation === null ? "-" : String(status.generation),
      status.state,
      status.since ?? "-",
      status.caughtUp || status.progress ? "-" : acts.durationText(status.lagMs),
      status.position === null ? "-" : grouped(status.position),
      String(status.version),
      status.owner ?? "-",
      [
        status.progress ? progressText(status.progress) : "",
        status.parkedKeys > 0 ? parkedText(status.parkedKeys) : "",
        status.needsRebuild ? "needs a rebuild" : "",
        status.cause ?? "",
      ].filter(Boolean).join(": "),
    ]),
  ]);
}

/** `██████████░░░░░░░░░░  52 %  48,000 events/s  4 s left`. */
function progressText({ replayed, target, eventsPerSecond }: ReplayProgress): string {
  const share = target > 0 ? Math.min(1, replayed / target) : 1;
  const full = Math.floor(share * barWidth);
  const bar = "█".repeat(full) + "░".repeat(barWidth - full);
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  if (eventsPerSecond === 0) return `${bar} ${percent}`;
  // Positions for events: those that it does not want cost next to nothing
  const left = acts.durationText(1_000 * Math.max(0, target - replayed) / eventsPerSecond);
  return `${bar} ${percent}  ${grouped(eventsPerSecond)} events/s  ${left} left`;
}

const barWidth = 20;

/** "1 parked key", "2 parked keys". */
export function parkedText(count: number): string {
  return `${grouped(count)} parked key${count === 1 ? "" : "s"}`;
}

/** 1234567 → 1,234,567 */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
