/**
 * By what a client is known that has no other name: its address; of IPv6 the first half, which is what a household or a
 * machine gets, and within which it may choose any.
 */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return "local";
  const [, mapped] = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [before = "", after] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const first = groupsOf(before);
  const last = after === undefined ? [] : groupsOf(after);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  return `${[...first, ...zeros, ...last].slice(0, 4).join(":")}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text.split(":").filter((group) => group !== "")
    .map((group) => group.replace(/^0+(?=.)/, ""));
}
