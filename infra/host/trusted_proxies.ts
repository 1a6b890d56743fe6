import { BlockList, isIP } from "node:net";

/** Who is believed when it says for whom it asks. */
export type TrustedProxies = {
  /** The address from which a request came that `peer` has sent: the last that somebody says who is believed. */
  clientOf(headers: Headers, peer: string): string;
};

/**
 * Those that stand before us, by address or network (`10.0.0.0/8`). They say in `X-Forwarded-For` for whom they ask, each
 * at the end of what it was told; what is before that anybody may have said.
 *
 * Errors: `RangeError` for what is neither.
 */
export function trustedProxies(names: readonly string[]): TrustedProxies {
  const trusted = new BlockList();
  for (const name of names) {
    const [address = "", bits, ...more] = name.split("/");
    const family = familyOf(address);
    if (!family || more.length > 0 || bits !== undefined && !/^\d{1,3}$/.test(bits)) {
      throw new RangeError(`Cannot trust "${name}": it is no address and no network`);
    }
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }

  function isTrusted(address: string): boolean {
    const family = familyOf(address);
    return family !== undefined && trusted.check(address, family);
  }

  return {
    clientOf(headers, peer) {
      if (names.length === 0 || !isTrusted(peer)) return peer;
      const said = (headers.get("X-Forwarded-For") ?? "").split(",").map((each) => each.trim());
      let client = peer;
      for (const address of said.toReversed()) {
        if (familyOf(address) === undefined) break;
        client = address;
        if (!isTrusted(address)) break;
      }
      return client;
    },
  };
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const family = isIP(address);
  return family === 0 ? undefined : `ipv${family as 4 | 6}`;
}
