/** Where distributions put it. */
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of this machine; undefined: it has none, and what needs one is left out. */
export const chromiumPath: string | undefined = [Deno.env.get("CHROMIUM"), ...places]
  .find((path) => path !== undefined && isThere(path));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

if (chromiumPath === undefined) {
  // deno-lint-ignore no-console -- who runs the tests is told that some were left out
  console.error(
    "Tests in a browser are left out: there is no chromium, set CHROMIUM or install it",
  );
}
