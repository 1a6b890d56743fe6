import { acts } from "@headwater/core";
import type { ServiceDatabase } from "@headwater/host";
import { sagasActs } from "@headwater/sagas";

/** Looks for sagas that wait for an operator, and does for all of them what is needed. Gives what was typed and seen. */
export async function freeStuck(databases: readonly ServiceDatabase[]): Promise<readonly string[]> {
  const stuck = JSON.parse(await operate("list", "--state", "stuck", "--json"));
  if (stuck.length === 0) return [];
  const commands = [
    ["list", "--state", "stuck"],
    ["retry", "--state", "stuck", "--reason", "the bank has been called"],
  ];
  const seen: string[] = [];
  for (const words of commands) {
    const typed = words.map((word) => word.includes(" ") ? `"${word}"` : word).join(" ");
    const said = (await operate(...words)).trimEnd().split("\n");
    // What it says while it waits is nothing to keep
    seen.push(`$ deno task sagas ${typed}`, ...said.filter((line) => !line.endsWith(" to do")));
  }
  return seen;

  async function operate(...words: string[]): Promise<string> {
    let said = "";
    const code = await acts.operatorsCommand(sagasActs, words, {
      context: { databases },
      print: (text) => said += text,
      isTerminal: false,
    });
    if (code !== 0) throw new Error(`Cannot free what is stuck: ${said.trim()}`);
    return said;
  }
}
