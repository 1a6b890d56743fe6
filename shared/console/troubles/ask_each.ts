import { machine, Refusal } from "@headwater/core";
import type { z } from "zod";
import type { ConsoleDependencies } from "../context/console_context.ts";

/** Asks every service the same, side by side; who refuses has nothing like that. */
export async function askEach<Value>(
  { services, ask, logger }: ConsoleDependencies,
  { path, args = {}, schema, signal, onSilent = () => {} }: {
    readonly path: string;
    readonly args?: Readonly<Record<string, unknown>>;
    readonly schema: z.ZodType<Value>;
    readonly signal: AbortSignal;
    /** Of this one nothing is known: it does not answer, or otherwise. Default: that is not told. */
    onSilent?(service: string, cause: string): void;
  },
): Promise<readonly { readonly service: string; readonly value: Value }[]> {
  const answers = await Promise.all(services.map(async ({ name: service }) => {
    try {
      const value = await ask({ service, path, args, changes: false, signal });
      return [{ service, value: schema.parse(value) }];
    } catch (error) {
      logger.debug(`Cannot ask "${service}" for ${path}`, { error });
      if (!(error instanceof Refusal)) {
        onSilent(service, machine.messageOf(error));
      }
      return [];
    }
  }));
  return answers.flat();
}
