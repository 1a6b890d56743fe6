/**
 * A new random UUID that tells when it was made (version 7, RFC 9562): what it names is found where the log was at that
 * time. Its random half is that of a version 4, of which Deno has a supply: one is made for each request.
 */
export function timedId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** When such an id was made, in milliseconds since 1970; undefined: it is another one. */
export function timeOfId(id: string): number | undefined {
  const [, high = "", low = ""] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id) ?? [];
  return high === "" ? undefined : Number.parseInt(high + low, 16);
}
