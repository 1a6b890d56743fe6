/** Where a request of a strangled route goes: to the system that was there before, or to the service in its place. */
export type Side = "legacy" | "new";

/** What operators have decided of a strangled route. */
export type RouteState = {
  /** `canary`: some to the new side, with a net; `new`: all of them, and there is no way back but an operator's. */
  readonly mode: "legacy" | "canary" | "new";
  /** Of subjects that go to the new side: 0 to 100, in hundredths. */
  readonly percent: number;
  /** Of answers that the other side is asked for, too, to compare them: 0 to 100. */
  readonly shadowPercent: number;
  /** Everything goes to the legacy side. */
  readonly isKilled: boolean;
  /** Counts what was decided of the share: what was measured under one decision says nothing of the next. */
  readonly setting: number;
  /** Counts what was decided of the shadow share: each begins a report. */
  readonly shadowRound: number;
  /** Counts the entities that were moved: what was known of pins before the last move is not known any more. */
  readonly moves: number;
  /** Whether any entity stays with that side: else nobody has to be asked. */
  readonly hasLegacyPins: boolean;
  readonly hasNewPins: boolean;
};

/** Of a request, as far as it decides where the request goes. */
export type RequestFacts = {
  readonly route: string;
  /** Who or what is to be served by the same side each time. */
  readonly subject: string;
  /** Said by somebody who is trusted. */
  readonly header?: Side | undefined;
  readonly cookie?: Side | undefined;
  /** The side with which the request's entity stays. */
  readonly pin?: Side | undefined;
};

/** Which of the rules decided. */
export type Why = "killed" | "header" | "cookie" | "pin" | "bucket";

/** Of a route nobody has decided anything of. */
export const untouched: RouteState = {
  mode: "legacy",
  percent: 0,
  shadowPercent: 0,
  isKilled: false,
  setting: 0,
  shadowRound: 0,
  moves: 0,
  hasLegacyPins: false,
  hasNewPins: false,
};

const buckets = 10_000;

/**
 * The side of a request: kill switch, then trusted header, cookie, the entity's pin, and the bucket of route and subject
 * below the percentage. Pure: the same facts give the same side, and raising the percentage only adds subjects.
 */
export function sideOf(
  { percent, isKilled }: Pick<RouteState, "percent" | "isKilled">,
  { route, subject, header, cookie, pin }: RequestFacts,
): { readonly side: Side; readonly why: Why } {
  if (isKilled) return { side: "legacy", why: "killed" };
  if (header) return { side: header, why: "header" };
  if (cookie) return { side: cookie, why: "cookie" };
  if (pin) return { side: pin, why: "pin" };
  // Rounded: 0.29 * 100 is 28.999…
  const isNew = bucketOf(route, subject) < Math.round(percent * 100);
  return { side: isNew ? "new" : "legacy", why: "bucket" };
}

/** From 0 to 9,999, the same for the same route and subject on every machine; for another route another one. */
export function bucketOf(route: string, subject: string): number {
  // Not what two routes and subjects might have in common
  let hash = mixed(mixed(0x811c9dc5, route), `\0${subject}`);
  // Murmur 3's end: each bit of the sum comes to bear on each bit of the bucket
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % buckets;
}

/** FNV-1a over both bytes of each character. */
function mixed(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    hash = Math.imul(hash ^ (code & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (code >>> 8), 0x01000193);
  }
  return hash;
}
