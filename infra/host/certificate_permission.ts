/**
 * What tasks add to a list of files to read: those of the certificates that EVENTSTORE_URL names, each behind a comma.
 * A URL that cannot be read names none; whoever is started with it will say so.
 */
export async function certificatePermission(url: string): Promise<string> {
  // Its libraries take their time, which most starts can do without.
  const { certificateFiles } = await import("@headwater/eventstoredb");
  try {
    return certificateFiles(url).map((file) => `,${file}`).join("");
  } catch {
    return "";
  }
}

if (import.meta.main) {
  const url = Deno.env.get("EVENTSTORE_URL");
  // deno-lint-ignore no-console -- the task's own input
  console.log(url ? await certificatePermission(url) : "");
}
