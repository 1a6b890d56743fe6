import { addImport, addListAfter, addToList, hasProperty } from "./edit_source.ts";
import { folderOf, type Workspace } from "./workspace.ts";

/** The text of a service's `mod.ts` with one more view or saga in it. */
export async function addToService(
  workspace: Workspace,
  { service, list, word, file }: {
    readonly service: string;
    readonly list: "views" | "sagas";
    readonly word: string;
    /** Beside `mod.ts`. */
    readonly file: string;
  },
): Promise<{ readonly path: string; readonly text: string }> {
  const path = `${folderOf(workspace, service)}mod.ts`;
  const source = await Deno.readTextFile(new URL(path, workspace.root));
  const listed = hasProperty(source, list)
    ? addToList(source, { list, word })
    : addListAfter(source, { lists: ["views", "aggregates"], list, word });
  if (listed === undefined) {
    throw new Error(
      `Cannot add "${word}" to ${path}: it must have one list "${list}: [...]", with nothing but names in it`,
    );
  }
  return { path, text: addImport(listed, { word, from: `./${file}` }) };
}
