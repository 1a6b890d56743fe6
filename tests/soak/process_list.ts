export type ListedProcess = { readonly pid: number; readonly rssBytes: number };

/** A process and its children, as the system lists them. */
export async function withChildren(pid: number): Promise<readonly ListedProcess[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,rss="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([own, parent]) => own === pid || parent === pid)
    .map(([own = 0, , kibibytes = 0]) => ({ pid: own, rssBytes: kibibytes * 1_024 }));
}
