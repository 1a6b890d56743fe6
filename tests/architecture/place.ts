/** The root of the repository, as a URL that ends in a slash. */
export const root = new URL("../../", import.meta.url);

/** Where a file stands in the workspace. */
export type Place = {
  /** The member's folder: `shared/core`, `services/order`, `infra/host` …; `services` for the application itself. */
  readonly member: string;
  /** The file's path inside its member. */
  readonly path: string;
  /** A test, or what tests are made of. */
  readonly isTest: boolean;
};

// The rivals of the benchmarks have their own deno.json: they are a member of nothing.
const memberPattern =
  /^((?:shared|infra|services)\/[^/]+|projections|tests\/performance\/peers|tests)\/(.+)$/;
/** What a new service is made from is held to what every service is. */
const template = /^infra\/scaffold\/template\/(.+)$/;
const application = /^(services)\/([^/]+\.ts)$/;

/** The place of a file given by URL, absolute path or path from the root; undefined outside every member. */
export function placeOf(file: string): Place | undefined {
  const fromHere = fromRoot(file).replace(template, "services/sample_account/$1");
  const found = fromHere.match(application) ?? fromHere.match(memberPattern);
  const [, member, path] = found ?? [];
  if (member === undefined || path === undefined) return undefined;
  const isTest = path.endsWith("_test.ts") || path.startsWith("testing/") ||
    member === "shared/testing";
  return { member, path, isTest };
}

/** A file's path from the root, with forward slashes on every system. */
export function fromRoot(file: string): string {
  const path = file.startsWith("file:") ? decodeURIComponent(new URL(file).pathname) : file;
  const rootPath = decodeURIComponent(root.pathname);
  const slashed = path.replaceAll("\\", "/").replace(/^([A-Za-z]:)/, "/$1");
  return slashed.startsWith(rootPath) ? slashed.slice(rootPath.length) : path;
}
