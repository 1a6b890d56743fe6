import { z } from "zod";

const vitalsSchema = z.object({
  /** `shop` where all run in one process, else `supervisor`, `eventstore`, a service's name or `gateway`. */
  part: z.string(),
  pid: z.int(),
  /** 0: it has none of its own, or it is not known yet. */
  port: z.int(),
  rssBytes: z.int(),
  /** What is used of it. */
  heapBytes: z.int(),
  /** All garbage was collected just before: what is used is what lives. */
  isCollected: z.boolean(),
  /** The longest that the event loop stood still since the last time this was said. */
  stall: z.object({
    ms: z.number(),
    /** What the process worked meanwhile, all of its threads: little where it waited for the machine or its disk. */
    cpuMs: z.number(),
  }),
});

/** How a process of the shop is, as it says itself. */
export type Vitals = z.infer<typeof vitalsSchema>;
export type Stall = Vitals["stall"];

const mark = "vitals ";

/** A line for standard error, among whatever else stands there. */
export function vitalsLine(vitals: Vitals): string {
  return `${mark}${JSON.stringify(vitals)}\n`;
}

/** Undefined: the line says something else. */
export function vitalsIn(line: string): Vitals | undefined {
  return line.startsWith(mark)
    ? vitalsSchema.parse(JSON.parse(line.slice(mark.length)))
    : undefined;
}

/** The longer one. */
export function longer(one: Stall, other: Stall): Stall {
  return one.ms >= other.ms ? one : other;
}
