import type { z } from "zod";
import type { ConsoleDependencies } from "../context/console_context.ts";

/** Asks every service the same, side by side; of those that do not answer, or otherwise, nothing is known. */
export async function askEach<Value>(
  { services, ask, logger }: ConsoleDependencies,
  { path, args = {}, schema, signal }: {
    readonly path: string;
    readonly args?: Readonly<Record<string, unknown>>;
    readonly schema: z.ZodType<Value>;
    readonly signal: AbortSignal;
  },
): Promise<readonly { readonly service: string; readonly value: Value }[]> {
  const answers = await Promise.all(services.map(async ({ name: service }) => {
    try {
      const value = await ask({ service, path, args, changes: false, signal });
      return [{ service, value: schema.parse(value) }];
    } catch (error) {
      logger.debug(`Cannot ask "${service}" for ${path}`, { error });
      return [];
    }
  }));
  return answers.flat();
}
