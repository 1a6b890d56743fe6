import { v7 } from "uuid";

/** A new random UUID that tells when it was made (version 7): what it names is found where the log was at that time. */
export function timedId(): string {
  return v7();
}

/** When such an id was made, in milliseconds since 1970; undefined: it is another one. */
export function timeOfId(id: string): number | undefined {
  const [, high = "", low = ""] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id) ?? [];
  return high === "" ? undefined : Number.parseInt(high + low, 16);
}
