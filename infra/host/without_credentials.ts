/** A URL for screens and logs: without its user and password. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/?]*@/, "//");
}
