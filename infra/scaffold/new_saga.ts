import { Refusal } from "@headwater/core";
import { addToService } from "./add_to_service.ts";
import { checkPartName } from "./check_name.ts";
import { append } from "./edit_source.ts";
import { knownService } from "./known_service.ts";
import { literal } from "./literal.ts";
import { nameForms, rename } from "./name_forms.ts";
import type { Delivery } from "./new_service.ts";
import { type SagaPlot, sagaPlot } from "./saga_plot.ts";
import { sampleAccount, templateText } from "./template_text.ts";
import { folderOf, type Workspace } from "./workspace.ts";

const sampleErrand = nameForms("sample_errand");
/** As the template has it. */
const sampleData = '{ sampleAccountId, entryId: "entry-1", amount: 5 }';

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
  const events = `${forms.camel}Events`;

  /** What stands in one of the templates, about this saga. */
  async function read(file: string): Promise<string> {
    const text = await templateText(file);
    const told = tell(text, plot)
      .replaceAll('participant("sample_account"', `participant("${service}"`)
      .replaceAll("sampleAccountCommands", known.names.commands)
      .replaceAll("sampleAccountEvents", known.names.events)
      .replaceAll("./sample_errand_contract.ts", "./contract.ts");
    const about = rename(told, sampleAccount, { to: subject });
    return rename(about, sampleErrand, { to: forms });
  }
  async function appended(file: string, template: string) {
    const path = folder + file;
    const source = await Deno.readTextFile(new URL(path, workspace.root));
    if (new RegExp(`\\b${events}\\b`).test(source)) {
      throw new Refusal(
        "name-taken",
        `Cannot make saga "${name}": the name is taken, ${path} has "${events}"; allowed is any that is free`,
      );
    }
    return { path, text: append(source, await read(template)) };
  }

  const file = `${name}_saga.ts`;
  const created = new Map([
    // Its imports of the contract are one
    [folder + file, append("", await read("sample_errand_saga.ts"))],
    [`${folder}${name}_saga_test.ts`, await read("sample_errand_saga_test.ts")],
  ]);
  const word = `${forms.camel}Saga`;
  return {
    draft: {
      created,
      edited: [
        await appended("contract.ts", "sample_errand_contract.ts"),
        await appended("contract_test.ts", "sample_errand_contract_test.ts"),
        await addToService(workspace, { service, list: "sagas", word, file }),
      ],
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
  return text.replaceAll(sampleData, `{ sampleAccountId${fields.join("")} }`)
    .replaceAll("SampleAccountOpened", after)
    .replaceAll("add-sample-account-entry", nameForms(send).kebab)
    .replaceAll("AddSampleAccountEntry", send)
    .replaceAll("SampleAccountEntryAdded", proof)
    .replaceAll("sampleAccountId", key);
}
