import { Refusal } from "@headwater/core";
import { readFlags } from "@headwater/host";
import { deliver } from "./deliver.ts";
import { newPolicy } from "./new_policy.ts";
import { newSaga } from "./new_saga.ts";
import { type Delivery, newService } from "./new_service.ts";
import { newView } from "./new_view.ts";
import type { Workspace } from "./workspace.ts";

const usage = `Usage:
  service NAME                                                   a service, and its line in the application
  view NAME --service SERVICE [--of SERVICE]                     a view over its own contract, or over another's
  saga NAME --service SERVICE [--after EVENT] [--send COMMAND]   a saga of one step
  policy NAME --service SERVICE --after EVENT --send COMMAND     after another's event a command of its own
NAME is lower-case, its words separated by "_"
`;

const flagsOf: Readonly<Record<string, readonly string[]>> = {
  service: [],
  view: ["--service", "--of"],
  saga: ["--service", "--after", "--send"],
  policy: ["--service", "--after", "--send"],
};

/**
 * `deno task new service NAME` and so on. Resolves to the exit code: 0 written, 2 not understood or not possible, with
 * nothing written.
 */
export async function newCommand(
  workspace: Workspace,
  args: readonly string[],
  print: (text: string) => void = write,
): Promise<number> {
  if (args.length === 0 || args.includes("--help")) {
    print(usage);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const { draft, next } = await delivery(workspace, args);
    await deliver(draft, workspace.root);
    const written = [...draft.created.keys()].map((path) => `  ${path}\n`).join("");
    const steps = next.map((step, index) => `  ${index + 1}. ${step}\n`).join("");
    const edited = draft.edited.map(({ path }) => `  ${path}   names it\n`).join("");
    print(`Written:\n${written}${edited}\nNext:\n${steps}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    print(`${error.message}\n`);
    return 2;
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function delivery(
  workspace: Workspace,
  [kind = "", name = "", ...more]: readonly string[],
): Promise<Delivery> {
  const known = flagsOf[kind];
  if (!known) {
    throw new Refusal(
      "kind-unknown",
      `Cannot make "${kind}": allowed are ${Object.keys(flagsOf).join(", ")}`,
    );
  }
  if (name === "" || name.startsWith("-")) {
    throw new Refusal("name-missing", `Cannot make a ${kind} without a name\n${usage.trimEnd()}`);
  }
  const { values, problems } = readFlags(more, known);
  if (problems.length > 0) {
    throw new Refusal("flag-unknown", `Cannot make ${kind} "${name}": ${problems.join("; ")}`);
  }
  if (kind === "service") return await newService(workspace, name);
  const service = values.get("--service");
  if (service === undefined) {
    const services = workspace.application.services.map((one) => `"${one.name}"`).join(", ");
    throw new Refusal(
      "service-missing",
      `Cannot make ${kind} "${name}": --service must say whose it is, allowed are ${services}`,
    );
  }
  const [after, send] = [values.get("--after"), values.get("--send")];
  if (kind === "view") return await newView(workspace, name, { service, of: values.get("--of") });
  if (kind === "saga") return await newSaga(workspace, name, { service, after, send });
  if (after === undefined || send === undefined) {
    throw new Refusal(
      "message-missing",
      `Cannot make policy "${name}": --after must say which event of another service it hears, --send which command follows`,
    );
  }
  return await newPolicy(workspace, name, { service, after, send });
}
