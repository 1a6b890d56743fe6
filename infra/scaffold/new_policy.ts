import { Refusal } from "@headwater/core";
import { z } from "zod";
import { addToService } from "./add_to_service.ts";
import { checkPartName } from "./check_name.ts";
import { type Example, examplesOf, named } from "./example_messages.ts";
import { findService, type KnownService, knownService } from "./known_service.ts";
import { fieldsOf, literal } from "./literal.ts";
import { nameForms, rename } from "./name_forms.ts";
import type { Delivery } from "./new_service.ts";
import { sampleAccount, templateText } from "./template_text.ts";
import { folderOf, type Workspace } from "./workspace.ts";

const sampleReaction = nameForms("sample_reaction");
/** As the template has them. */
const sample = {
  import: "import { sampleAccountCommands",
  other: "const other = own;",
  then: "({ data }) => ({",
  command: '{ sampleAccountId: data.sampleAccountId, entryId: "entry-1", amount: 5 }',
  event: '{ sampleAccountId: "sample-account-1", title: "The first" }',
};

/** A policy of a service: whenever an event of another one happens, then a command of its own. */
export async function newPolicy(
  workspace: Workspace,
  name: string,
  { service, after, send }: {
    readonly service: string;
    readonly after: string;
    readonly send: string;
  },
): Promise<Delivery> {
  findService(workspace, service);
  const owner = ownerOf(workspace, { event: after, service });
  const own = await knownService(workspace, service);
  const forms = await checkPartName(workspace, { kind: "policy", name, service });
  const other = await knownService(workspace, owner);
  const { events } = await examplesOf(workspace, placeOf(other));
  const { commands } = await examplesOf(workspace, placeOf(own));
  const event = named(events, { kind: "event", type: after });
  const command = named(commands, { kind: "command", type: send });

  const told = dataOf({ own, other }, { event, command });
  const isTold = told.includes("data.");
  const { name: otherName } = other.definition;
  const contract = `${workspace.scope}/${nameForms(otherName).kebab}/contract`;
  async function read(file: string): Promise<string> {
    const text = (await templateText(file))
      .replaceAll(
        sample.import,
        `import { ${other.names.events} } from "${contract}";\n${sample.import}`,
      )
      .replaceAll(
        sample.other,
        `const other = participant("${otherName}", { commands: {}, events: ${other.names.events} });`,
      )
      .replaceAll(sample.then, isTold ? sample.then : "() => ({")
      .replaceAll(sample.command, told)
      .replaceAll(sample.event, literal(event.data))
      .replaceAll("SampleAccountOpened", after)
      .replaceAll("AddSampleAccountEntry", send)
      .replaceAll('"sample_account"', `"${service}"`)
      .replaceAll("sampleAccountCommands", own.names.commands)
      .replaceAll("sampleAccountEvents", own.names.events);
    const about = rename(text, sampleAccount, { to: nameForms(own.aggregate.name) });
    return rename(about, sampleReaction, { to: forms });
  }

  const folder = folderOf(workspace, service);
  const file = `${name}_policy.ts`;
  return {
    draft: {
      created: new Map([
        [folder + file, await read("sample_reaction_policy.ts")],
        [`${folder}${name}_policy_test.ts`, await read("sample_reaction_policy_test.ts")],
      ]),
      edited: [
        await addToService(workspace, {
          ...{ service, list: "sagas", word: `${forms.camel}Policy`, file },
        }),
      ],
    },
    next: [
      `Make it what you mean, in ${folder}${file}: as it stands each ${after} leads to one ${send}, also those that the log has already (\`since\`)`,
      `deno task test ${nameForms(service).kebab}`,
      "deno task sagas list   shows those that are not finished, once the application runs",
    ],
  };
}

function placeOf({ definition, aggregate }: KnownService) {
  return { service: definition.name, category: aggregate.name };
}

/** Whose event it is. Refuses one of the service itself, and one that nobody has. */
function ownerOf(
  { application: { services } }: Workspace,
  { event, service }: { readonly event: string; readonly service: string },
): string {
  const owners = services.filter(({ aggregates: [first] }) => first?.events.types.includes(event));
  const [owner] = owners.filter(({ name }) => name !== service);
  if (owner) return owner.name;
  if (owners.length > 0) {
    throw new Refusal(
      "event-of-own-service",
      `Cannot make a policy after "${event}": it is an event of "${service}" itself, a saga hears those`,
    );
  }
  const types = services.filter(({ name }) => name !== service)
    .flatMap(({ aggregates: [first] }) => first?.events.types ?? []);
  throw new Refusal(
    "event-unknown",
    `Cannot find event "${event}": allowed are ${types.map((type) => `"${type}"`).join(", ")}`,
  );
}

/** The command's data: texts that the event has too, by their names, are taken from it. */
function dataOf(
  { own, other }: { readonly own: KnownService; readonly other: KnownService },
  { event, command }: { readonly event: Example; readonly command: Example },
): string {
  const taken = textsOf(own.aggregate.commands[command.type]);
  const given = textsOf(other.aggregate.events.schemaOf(event.type));
  return fieldsOf(
    Object.entries(command.data).map(([name, value]) => [
      name,
      taken.has(name) && given.has(name) ? `data.${name}` : literal(value),
    ]),
  );
}

/** Fields of a message that are texts, and always there. */
function textsOf(schema: z.ZodType | undefined): ReadonlySet<string> {
  if (!(schema instanceof z.ZodObject)) return new Set();
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  const texts = Object.entries(shape).filter(([, field]) => field instanceof z.ZodString);
  return new Set(texts.map(([name]) => name));
}
