import { type NameForms, nameForms, rename } from "./name_forms.ts";

/** What the templates are called: of two words, so that each form of the name is unlike any other word. */
export const sampleAccount = nameForms("sample_account");

const folder = new URL("./template/", import.meta.url);

/** The files of a new service; those of a view and of a saga stand beside them. */
const serviceFiles = [
  "contract.ts",
  "contract_test.ts",
  "examples.ts",
  "mod.ts",
  "routes.ts",
  "routes_test.ts",
  "sample_account.ts",
  "sample_account_test.ts",
  "sample_account_view.ts",
  "sample_account_view_test.ts",
];

/** A file of the templates as it is: TypeScript that is checked and tested as everything else. */
export function templateText(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, folder));
}

/** The files of a new service, by their names. */
export async function serviceTexts(forms: NameForms): Promise<Map<string, string>> {
  const texts = await Promise.all(serviceFiles.map(templateText));
  return new Map(serviceFiles.map((file, index) => [
    rename(file, sampleAccount, { to: forms }),
    rename(texts[index] ?? "", sampleAccount, { to: forms }),
  ]));
}

/** The words that stand in the code of a service for something else than its name. */
export async function templateWords(): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(serviceFiles.map(templateText));
  const code = texts.join("\n").replaceAll(/\/\*[^]*?\*\/|\/\/.*|"[^"\n]*"/g, "");
  return new Set(code.match(/[A-Za-z_]\w*/g));
}
