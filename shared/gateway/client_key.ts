/**
 * By what a client is known that has no other name: its address; of IPv6 the first half, which is what a household or a
 * machine gets, and within which it may choose any.
 */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return "local";
  if (!address.includes(":")) return address;
  const [before = "", after] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const first = groupsOf(before);
  const last = after === undefined ? [] : groupsOf(after);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const groups = [...first, ...zeros, ...last];
  // An IPv4 address, in whichever way it is written: else all of them would be one client
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") {
    return groups.slice(6).map(dotted).join(".");
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** Each of 16 bits; the last two may be written as those of IPv4. */
function groupsOf(text: string): readonly string[] {
  return text.split(":").filter((group) => group !== "").flatMap((group) => {
    if (!group.includes(".")) return [group.replace(/^0+(?=.)/, "")];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d].map((sixteen) => sixteen.toString(16));
  });
}

function dotted(group: string): string {
  const sixteen = Number.parseInt(group, 16);
  return `${sixteen >> 8}.${sixteen & 255}`;
}
