/** Characters; the cookie that keeps it while somebody logs in has room for no more. */
const longest = 1_000;

/**
 * Where somebody goes after a login: a page below `within` on this very host, as they asked for it, and `within` itself for
 * whatever else stands there. What a browser would take for another host is none.
 */
export function wayBack(
  asked: string | undefined,
  { publicUrl, within }: { readonly publicUrl: string; readonly within: string },
): string {
  const { origin } = new URL(publicUrl);
  if (asked === undefined || asked.length > longest || !asked.startsWith("/")) return within;
  const url = URL.parse(asked, publicUrl);
  if (url?.origin !== origin) return within;
  const { pathname, search } = url;
  return pathname === within || pathname.startsWith(`${within}/`) ? `${pathname}${search}` : within;
}
