/** The embedded PostgreSQL's main process in a data directory of ours; undefined while there is none. */
export async function postmasterOf(directory: string): Promise<number | undefined> {
  try {
    const text = await Deno.readTextFile(`${directory}/postgres/data/postmaster.pid`);
    return Number(text.split("\n")[0]) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
