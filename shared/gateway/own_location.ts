/**
 * Where a redirect of an upstream leads: elsewhere as it says; to itself, then to where clients find that here, for they
 * need not reach it, nor know where it is. `hereOf`: of a path below the upstream's own.
 */
export function ownLocation(
  location: string,
  { upstream, hereOf }: { readonly upstream: string; hereOf(path: string): string },
): string {
  const base = new URL(upstream);
  const to = /^([a-z][a-z0-9+.-]*:)?\/\//i.test(location) ? URL.parse(location, base) : null;
  if (to?.origin !== base.origin) return location;
  const under = base.pathname === "/" ? "" : base.pathname;
  const isUnder = to.pathname === under || to.pathname.startsWith(`${under}/`);
  const path = isUnder ? hereOf(to.pathname.slice(under.length) || "/") : to.pathname;
  // Two slashes at its begin would name another host
  return `${path.replace(/^\/*/, "/")}${to.search}${to.hash}`;
}
