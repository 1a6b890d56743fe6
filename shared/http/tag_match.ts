/** Whether a client has what has this tag already, as its `If-None-Match` says. RFC 9110, 13.1.2: tags are compared weakly. */
export function hasMatch(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const tag = etag.replace(/^W\//, "");
  return ifNoneMatch.split(",").some((given) => given.trim().replace(/^W\//, "") === tag);
}
