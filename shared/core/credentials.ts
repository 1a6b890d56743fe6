/**
 * A URL for screens and logs, without its password: `***` in its place. Whatever is wrong about the URL, all that may
 * be a password is masked; what is none may be as well.
 */
export function withoutPassword(url: string): string {
  return url.replace(/^((?:[^:]*:\/\/)?[^:]*):.*@/s, "$1:***@");
}
