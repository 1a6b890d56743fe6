import { addToService } from "./add_to_service.ts";
import { checkPartName } from "./check_name.ts";
import { knownService } from "./known_service.ts";
import { nameForms, rename } from "./name_forms.ts";
import type { Delivery } from "./new_service.ts";
import { type SagaPlot, sagaPlot } from "./saga_plot.ts";
import { sampleAccount, templateText } from "./template_text.ts";
import { folderOf, type Workspace } from "./workspace.ts";

const sampleErrand = nameForms("sample_errand");
/** As the template has it. */
const sampleData = 'data: { sampleAccountId, entryId: "entry-1", amount: 5 }';

/** A saga of one step within a service: after an event it sends a command, until another event proves it done. */
export async function newSaga(
  workspace: Workspace,
  name: string,
  { service, ...wishes }: {
    readonly service: string;
    readonly after?: string | undefined;
    readonly send?: string | undefined;
  },
): Promise<Delivery> {
  const known = await knownService(workspace, service);
  const forms = await checkPartName(workspace, { kind: "saga", name, service });
  const plot = await sagaPlot(workspace, known, wishes);
  const folder = folderOf(workspace, service);
  const subject = nameForms(known.aggregate.name);
  const created = new Map<string, string>();
  for (const file of ["sample_errand_process.ts", "sample_errand_process_test.ts"]) {
    const told = tell(await templateText(file), plot)
      .replaceAll('service: "sample_account"', `service: "${service}"`)
      .replaceAll("sampleAccountCommands", known.names.commands)
      .replaceAll("sampleAccountEvents", known.names.events);
    const about = rename(told, sampleAccount, { to: subject });
    created.set(
      folder + rename(file, sampleErrand, { to: forms }),
      rename(about, sampleErrand, { to: forms }),
    );
  }
  const word = `${forms.camel}Process`;
  const file = `${name}_process.ts`;
  return {
    draft: {
      created,
      edited: await addToService(workspace, { service, list: "sagas", word, file }),
    },
    next: [
      `Make it what you mean, in ${folder}${file}: as it stands it sends one ${plot.send} after each ${plot.after}`,
      `deno task test ${nameForms(service).kebab}`,
      "deno task sagas list   shows those that are not finished, once the application runs",
    ],
  };
}

function tell(text: string, { after, send, proof, key, data }: SagaPlot): string {
  const fields = Object.entries(data).map(([name, value]) => `, ${name}: ${literal(value)}`);
  return text.replaceAll(sampleData, `data: { sampleAccountId${fields.join("")} }`)
    .replaceAll("SampleAccountOpened", after)
    .replaceAll("add-sample-account-entry", nameForms(send).kebab)
    .replaceAll("AddSampleAccountEntry", send)
    .replaceAll("SampleAccountEntryAdded", proof)
    .replaceAll("sampleAccountId", key);
}

/** A value of an example, as code writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, part]) =>
    `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${literal(part)}`
  );
  return `{ ${fields.join(", ")} }`;
}
