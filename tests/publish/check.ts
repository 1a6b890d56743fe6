import { lintDocs } from "./lint_docs.ts";
import { absolute, type PublishedMember, publishedMembers } from "./members.ts";

/**
 * What a registry would have to say about the engines, without asking one: words for every name, no type that others
 * meet and cannot name, and types that can be told without inferring them. `deno check` has seen to the types.
 */
async function check(): Promise<number> {
  const members = await publishedMembers();
  const problems = await lintDocs(members);
  if (problems !== "") print(problems);
  // One after the other: each needs but part of a second
  let isClean = problems === "";
  for (const member of members) {
    const refusal = await dryRun(member);
    if (refusal === "") continue;
    print(`${member.name}:\n${refusal}`);
    isClean = false;
  }
  if (isClean) print(`${members.length} engines can be published\n`);
  return isClean ? 0 : 1;
}

/** What `deno publish` has against a member, warnings too; empty: nothing. */
async function dryRun({ folder }: PublishedMember): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--no-check", "--allow-dirty"],
    cwd: absolute(folder),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  return success && !/^warning/m.test(said) ? "" : said;
}

function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exitCode = await check();
