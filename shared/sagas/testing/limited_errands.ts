import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import type { Process } from "../process.ts";
import type { StepLimits } from "../step.ts";
import { limitedErrand } from "./limited_errand_process.ts";
import { memoryRecords, type ProcessTestBed } from "./process_test_bed.ts";

/** A messenger that does surely nothing. */
export function away(): Promise<Response> {
  return Promise.reject(new Unavailable("the messenger sleeps", { code: "asleep" }));
}

/** A messenger of which nobody knows what it has done. */
export function late(): Promise<Response> {
  return Promise.reject(new DeadlineExceeded("no answer in time"));
}

/** A messenger that has nothing to show yet. */
export function taken(): Response {
  return new Response(null, { status: 202 });
}

/** A process that has heard of an errand, with what its step came to so far: `[outcome, code, reason]`. */
export async function given(
  bed: ProcessTestBed,
  { process, ...limits }: Partial<StepLimits> & { readonly process?: Process } = {},
) {
  const records = memoryRecords();
  const { attempts = 3 } = limits;
  const run = process ?? limitedErrand({ limits: { ...limits, attempts } });
  const start = () => bed.start({ records, process: run });
  const runtime = start();
  // What is in the log before it listens, others may have begun
  const { signal } = new AbortController();
  await eventually("it to listen", () => runtime.check.check(signal).then(() => true, () => false));
  await bed.append("ErrandGiven", "milk");
  return { records, runtime, start };
}

/** What the step came to, each time. */
export async function outcomes(bed: ProcessTestBed): Promise<unknown[]> {
  const ended = (await bed.events("milk")).filter(({ type }) => type === "Ended");
  return ended.map(({ data }) => {
    const { outcome, code, reason } = data as Record<string, unknown>;
    return [outcome, code, reason];
  });
}

export async function untilEnded(bed: ProcessTestBed, times = 1): Promise<void> {
  await eventually("an outcome", async () => (await outcomes(bed)).length >= times);
}

/** The same for what takes time: a target that is away is given some before it is asked. */
export async function untilEnd(bed: ProcessTestBed): Promise<void> {
  await eventually("its end", async () => {
    await bed.clock.advance(50);
    return (await bed.progress("milk")).length === 2;
  });
}

export async function untilSent(bed: ProcessTestBed, times: number): Promise<void> {
  await eventually(`request ${times}`, () => bed.requests.length >= times);
}

/** Nothing of the driver is left: it is only looked for times and acts. */
export async function untilIdle(bed: ProcessTestBed): Promise<void> {
  await eventually("nothing to wait for", () => bed.clock.pending() === 1);
}
