import { Refusal } from "@headwater/core";
import { publicRoutes } from "@headwater/http";
import { type NameForms, nameForms } from "./name_forms.ts";
import { templateWords } from "./template_text.ts";
import { exists, folderOf, memberNames, type Workspace } from "./workspace.ts";

const mostLetters = 30;
const allowed =
  `a name has 1 to ${mostLetters} lower-case letters, its words separated by "_", for example "gift_card"`;

/** What files in a service's folder, and the file beside them, are called. */
const fileNames = ["app", "main", "mod", "contract", "examples", "routes", "deno"];
/** What says nothing of what is in a file, or which kind of file it is. */
const meaningless = /^(common|types|index|misc)$|(^|_)(utils?|helpers?)$/;
const suffix = /(^|_)(view|process|saga|test|bench)$/;
/** Of JavaScript: no constant can have such a name. */
const keywords = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield")
    .split(" "),
);

/** Refuses a name for a new service that could not be, or not beside what there is. */
export async function checkServiceName(workspace: Workspace, name: string): Promise<NameForms> {
  const forms = checkForm("service", name);
  const { application: { services }, scope } = workspace;
  for (const service of services) {
    if (service.name.replaceAll("-", "_") === name) {
      throw taken("service", name, {
        why: `there is a service "${service.name}", and a database of it`,
      });
    }
    const route = service.routes && publicRoutes(service.name, service.routes)
      .find(({ path }) => `${path}/`.startsWith(`/api/${forms.kebab}/`));
    if (route) {
      throw taken("service", name, {
        why: `"${service.name}" has the public route ${route.method} ${route.path}`,
      });
    }
  }
  checkCategory(workspace, { kind: "service", name, forms });
  checkView(workspace, { kind: "service", name, forms });
  const reserved = await memberNames(workspace);
  if (reserved.has(forms.kebab) || fileNames.includes(name) || scope === `@${name}`) {
    const names = [...new Set([...reserved, ...fileNames])].toSorted().join(", ");
    throw new Refusal(
      "name-reserved",
      `Cannot make service "${name}": the name is reserved, as are ${names}`,
    );
  }
  if ((await templateWords()).has(forms.camel)) {
    throw new Refusal(
      "name-reserved",
      `Cannot make service "${name}": the code of every service uses "${forms.camel}" as a word of its own; allowed is any other, "${name}_account" for example`,
    );
  }
  if (await exists(new URL(folderOf(workspace, name), workspace.root))) {
    throw taken("service", name, { why: `there is a folder ${folderOf(workspace, name)}` });
  }
  return forms;
}

/** The same for a part of a service, in files of the folder that end in `_view.ts`, `_saga.ts` or `_policy.ts`. */
export async function checkPartName(
  workspace: Workspace,
  { kind, name, service }: {
    readonly kind: "view" | "saga" | "policy";
    readonly name: string;
    readonly service: string;
  },
): Promise<NameForms> {
  const forms = checkForm(kind, name);
  if (kind === "view") checkView(workspace, { kind, name, forms });
  else checkCategory(workspace, { kind, name, forms });
  const { views = [] } = workspace.application.services.find((one) => one.name === service) ?? {};
  const owner = views.find(({ table, sums }) =>
    kind === "view" && (table === name || sums?.table === name)
  );
  if (owner) throw taken(kind, name, { why: `it is the table of view "${owner.name}"` });
  const stem = `${name}_${kind}`;
  for (const file of [`${stem}.ts`, `${stem}_test.ts`]) {
    const path = folderOf(workspace, service) + file;
    if (await exists(new URL(path, workspace.root))) {
      throw taken(kind, name, { why: `there is a file ${path}` });
    }
  }
  return forms;
}

type Checked = { readonly kind: string; readonly name: string; readonly forms: NameForms };

function checkForm(kind: string, name: string): NameForms {
  const isForm = /^[a-z]+(_[a-z]+)*$/.test(name) && name.length <= mostLetters;
  if (!isForm) {
    throw new Refusal("name-malformed", `Cannot make ${kind} "${name}": ${allowed}`);
  }
  const forms = nameForms(name);
  if (keywords.has(forms.camel) || meaningless.test(name) || suffix.test(name)) {
    throw new Refusal(
      "name-reserved",
      `Cannot make ${kind} "${name}": it may be no word of JavaScript, none that says nothing ("misc", "types", "helper"), and must not end in "view", "process", "saga", "test" or "bench"`,
    );
  }
  return forms;
}

function checkCategory({ application }: Workspace, { kind, name, forms }: Checked): void {
  const owner = application.services.find(({ categories }) => categories.includes(forms.camel));
  if (owner) {
    throw taken(kind, name, {
      why: `category "${forms.camel}" belongs to service "${owner.name}"`,
    });
  }
}

function checkView({ application }: Workspace, { kind, name, forms }: Checked): void {
  const owner = application.services.find(({ views }) =>
    views.some((view) => view.name === forms.kebab)
  );
  if (owner) {
    throw taken(kind, name, { why: `view "${forms.kebab}" belongs to service "${owner.name}"` });
  }
}

function taken(kind: string, name: string, { why }: { readonly why: string }): Refusal {
  return new Refusal(
    "name-taken",
    `Cannot make ${kind} "${name}": the name is taken, ${why}; allowed is any that is free`,
  );
}
