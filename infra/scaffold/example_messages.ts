import { Refusal } from "@headwater/core";
import { z } from "zod";
import { folderOf, type Workspace } from "./workspace.ts";

const example = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const examples = z.record(z.string(), example);

/** An event or a command. */
export type Example = z.output<typeof example>;

/** One of each type, as the service's `examples.ts` has them. */
export async function examplesOf(
  workspace: Workspace,
  { service, category }: { readonly service: string; readonly category: string },
): Promise<{ readonly events: readonly Example[]; readonly commands: readonly Example[] }> {
  const path = `${folderOf(workspace, service)}examples.ts`;
  const module = await import(new URL(path, workspace.root).href) as Record<string, unknown>;
  function read(name: string): readonly Example[] {
    const { data } = examples.safeParse(module[name]);
    if (!data) throw new Error(`Cannot read the examples of "${category}": ${path} has no ${name}`);
    return Object.values(data);
  }
  return { events: read(`${category}EventExamples`), commands: read(`${category}CommandExamples`) };
}

/** The example of that type. Refuses a type that there is not. */
export function named(
  found: readonly Example[],
  { kind, type }: { readonly kind: string; readonly type: string },
): Example {
  const one = found.find((example) => example.type === type);
  if (one) return one;
  throw new Refusal(
    `${kind}-unknown`,
    `Cannot find ${kind} "${type}": allowed are ${typesOf(found)}`,
  );
}

/** Their types, for people. */
export function typesOf(found: readonly Example[]): string {
  return found.map(({ type }) => `"${type}"`).join(", ");
}

/** What it is, if it is a message. */
export function readExample(message: unknown): Example | undefined {
  return example.safeParse(message).data;
}
