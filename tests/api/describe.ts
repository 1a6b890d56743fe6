import {
  brokenBy,
  describeShop,
  type Descriptions,
  readReleased,
  releasedFolder,
} from "./released.ts";

/** `deno task describe`: keeps what the shop promises from this release on, unless it breaks what it has promised. */
async function release(now: Descriptions): Promise<number> {
  const released = await readReleased();
  const broken = released ? brokenBy(now, released) : [];
  if (broken.length > 0) {
    say(`Cannot release this as version ${now.openapi.info.version}:`);
    for (const what of broken) say(`  ${what}`);
    say("Keep what was promised, or give services/app.ts a version with another first number");
    return 1;
  }
  await Deno.mkdir(releasedFolder, { recursive: true });
  for (const [name, document] of Object.entries(now)) {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    await Deno.writeTextFile(new URL(`${name}.json`, releasedFolder), text);
    say(`docs/api/${name}.json`);
  }
  return 0;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exitCode = await release(describeShop());
