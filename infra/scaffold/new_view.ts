import { addToService } from "./add_to_service.ts";
import { checkPartName } from "./check_name.ts";
import { findService, knownService } from "./known_service.ts";
import { nameForms, rename } from "./name_forms.ts";
import type { Delivery } from "./new_service.ts";
import { sampleAccount, templateText } from "./template_text.ts";
import { folderOf, type Workspace } from "./workspace.ts";

const sampleTable = nameForms("sample_table");

/** A view of a service over its own contract, or over that of another one. */
export async function newView(
  workspace: Workspace,
  name: string,
  { service, of = service }: { readonly service: string; readonly of?: string | undefined },
): Promise<Delivery> {
  findService(workspace, service);
  const forms = await checkPartName(workspace, { kind: "view", name, service });
  const { aggregate, names } = await knownService(workspace, of);
  const subject = nameForms(aggregate.name);
  const contract = `${workspace.scope}/${nameForms(of).kebab}/contract`;
  const folder = folderOf(workspace, service);
  const created = new Map<string, string>();
  for (const file of ["sample_table_view.ts", "sample_table_view_test.ts"]) {
    const text = (await templateText(file))
      .replaceAll("./contract.ts", of === service ? "./contract.ts" : contract)
      .replaceAll("sampleAccountEvents", names.events);
    const named = rename(text, sampleAccount, { to: subject });
    created.set(
      folder + rename(file, sampleTable, { to: forms }),
      rename(named, sampleTable, { to: forms }),
    );
  }
  const word = `${forms.camel}View`;
  const edited = await addToService(workspace, {
    service,
    list: "views",
    word,
    file: `${name}_view.ts`,
  });
  return {
    draft: { created, edited: [edited] },
    next: [
      `Say in ${folder}${name}_view.ts which columns it has and what each event does to a row`,
      `Show it in ${folder}routes.ts: routes.get("/api/…", readsFrom(${word}), async (c) => c.json(await ${forms.camel}Page(c.env.sql, readQuery(c, pageQuery({})))))`,
      `deno task test ${nameForms(service).kebab}`,
    ],
  };
}
