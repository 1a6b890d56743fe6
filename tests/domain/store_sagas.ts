import { sagas, storeHistories } from "./saga_store.ts";

/** `deno task sagas:store`: histories of the sagas' newest versions, for the replay test. */
if (import.meta.main) {
  const written = (await Promise.all(sagas.map(storeHistories))).flat();
  const said = written.length === 0 ? "Every story has its history\n" : `${written.join("\n")}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(said));
}
