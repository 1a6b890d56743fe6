import plugin from "./lint_plugin.ts";
import { root } from "./place.ts";

/** What a rule of ours says about a source text, as if it stood in this file; the file need not exist. */
export function lintMessages(
  rule: keyof typeof plugin.rules,
  { file, source }: { readonly file: string; readonly source: string },
): string[] {
  return Deno.lint.runPlugin(plugin, new URL(file, root).pathname, source)
    .filter(({ id }) => id === `${plugin.name}/${rule}`)
    .map(({ message }) => message);
}
