/** What a browser keeps of a login, or while there is one. */
export type SessionCookie = {
  readonly name: string;
  /** Undefined: the browser has none. */
  in(headers: Headers): string | undefined;
  set(value: string, options: { readonly seconds: number }): string;
  /** As the browser forgets it. */
  readonly clear: string;
};

/**
 * A cookie that no script reads, and that goes to this host alone: over TLS, but on a machine's own address, which has
 * none. `Lax`, as whoever logs in comes back from another site; what is done by it says where it comes from as well.
 * `path`: below which it is sent; default: everywhere.
 */
export function sessionCookie(
  kind: "session" | "login" | "id-token",
  { isTls, path = "/" }: { readonly isTls: boolean; readonly path?: string },
): SessionCookie {
  const prefix = path === "/" ? "__Host-" : "__Secure-";
  const name = `${isTls ? prefix : ""}headwater-${kind}`;
  const attributes = `Path=${path}; HttpOnly; SameSite=Lax${isTls ? "; Secure" : ""}`;
  return {
    name,
    in: (headers) =>
      (headers.get("Cookie") ?? "").split(/; */).find((each) => each.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    set: (value, { seconds }) => `${name}=${value}; Max-Age=${seconds}; ${attributes}`,
    clear: `${name}=; Max-Age=0; ${attributes}`,
  };
}
