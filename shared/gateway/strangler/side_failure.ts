import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { receivedMs } from "@headwater/resilience";

/** A client that waits for less has learned nothing of a side. */
const patientMs = 1_000;
/** It asks for what nobody has yet, or has left. */
const ofRequest = ["read-model-behind", "request-aborted"];

/** Whether a side has failed, and not a client that asks too much: clients must not bring a roll-back about. */
export function isFailureOfSide(error: unknown, { headers }: Request): boolean {
  if (error instanceof DeadlineExceeded) return receivedMs(headers) >= patientMs;
  return error instanceof Unavailable && !ofRequest.includes(error.code);
}
