import { checkServiceName } from "./check_name.ts";
import type { Draft } from "./deliver.ts";
import { addImport, addToList } from "./edit_source.ts";
import { serviceTexts } from "./template_text.ts";
import { folderOf, type Workspace } from "./workspace.ts";

/** What is written, and what its author does next. */
export type Delivery = { readonly draft: Draft; readonly next: readonly string[] };

/** A service of the templates' shape under this name, and its line in the application. */
export async function newService(workspace: Workspace, name: string): Promise<Delivery> {
  const forms = await checkServiceName(workspace, name);
  const { app, scope } = workspace;
  const folder = folderOf(workspace, name);
  const created = new Map<string, string>();
  for (const [file, text] of await serviceTexts(forms)) created.set(folder + file, text);
  created.set(`${folder}deno.json`, configOf(`${scope}/${forms.kebab}`));
  const word = `${forms.camel}Service`;
  const source = await Deno.readTextFile(new URL(app, workspace.root));
  const listed = addToList(source, { list: "services", word });
  if (listed === undefined) {
    throw new Error(
      `Cannot add "${word}" to ${app}: it must have one list "services: [...]", with nothing but names in it`,
    );
  }
  const text = addImport(listed, { word, from: `${scope}/${forms.kebab}` });
  return {
    draft: { created, edited: [{ path: app, text }] },
    next: [
      `deno task test ${forms.kebab}`,
      `deno task dev   and then: curl -X POST localhost:8000/api/${forms.kebab} -H 'Content-Type: application/json' -d '{"${forms.camel}Id": "a", "title": "The first"}'`,
      `Say in ${folder}contract.ts what can be asked and what can happen: the compiler leads you from there`,
    ],
  };
}

function configOf(name: string): string {
  const exports = { ".": "./mod.ts", "./contract": "./contract.ts" };
  return `${JSON.stringify({ name, version: "0.1.0", exports }, null, 2)}\n`;
}
