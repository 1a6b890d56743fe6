import { openDataDirectory } from "../data_directory.ts";

// Another process on a data directory, for tests: says that it has it, or why not, and goes on until its input ends
const [path = ""] = Deno.args;

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

try {
  await using directory = await openDataDirectory(path);
  await directory.announce({ gateway: "http://127.0.0.1:8000" });
  await say("open");
  await Deno.stdin.read(new Uint8Array(1));
} catch (error) {
  await say((error as Error).message);
}
