import assert from "node:assert/strict";
import { type DataPlace, makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

type Trouble = {
  readonly what: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly within?: readonly string[];
  prepare?(place: DataPlace): Promise<void>;
  readonly says: RegExp;
};

const troubles: readonly Trouble[] = [
  {
    what: "a data directory that cannot be made",
    prepare: ({ directory }) => Deno.writeTextFile(directory, ""),
    says: /^Cannot use data directory ".*": File exists/,
  },
  {
    what: "an event log that cannot be written",
    prepare: ({ directory }) => Deno.mkdir(`${directory}/events.sqlite`, { recursive: true }),
    says: /^Cannot open event log ".*": the file cannot be created or opened for writing$/,
  },
  {
    what: "a place that PostgreSQL cannot have",
    async prepare({ directory }) {
      await Deno.mkdir(directory);
      await Deno.writeTextFile(`${directory}/postgres`, "");
    },
    says: /^Cannot keep PostgreSQL's data in ".*": .*File exists$/,
  },
  {
    what: "a setting that makes no sense",
    env: { PORT: "80000" },
    says: /^Cannot start: PORT is "80000", allowed: a whole number from 0 to 65535$/,
  },
];

/** Those of a disk of its own, which is gone with the process. */
const fullDisks: readonly Trouble[] = [
  {
    what: "a disk that is full",
    within: diskOf("32k"),
    says: /^Cannot open event log ".*": the disk is full$/,
  },
  {
    what: "a disk that PostgreSQL fills",
    within: diskOf("4m"),
    says: /^Cannot create a PostgreSQL cluster in ".*": .*No space left on device/,
  },
];

for (const trouble of troubles) {
  Deno.test({
    name: `${trouble.what} ends the start with a line that says so`,
    ignore: Deno.build.os === "windows",
    fn: () => meet(trouble),
  });
}

for (const trouble of fullDisks) {
  Deno.test({
    name: `${trouble.what} ends the start with a line that says so`,
    ignore: !canHaveDisks(),
    fn: () => meet(trouble),
  });
}

async function meet({ env, within, prepare, says }: Trouble): Promise<void> {
  await using place = await makeDataPlace();
  await prepare?.(place);
  const { directory } = place;
  const folder = directory.slice(0, directory.lastIndexOf("/"));
  await using dev = startDev(directory, {
    ...(env && { env }),
    ...(within && { within: [...within, folder] }),
  });
  const { code, stdout, stderr } = await dev.ended();
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr.trimEnd(), says);
  assert.equal(stderr.split("\n").length, 2, stderr);
  await place.deserted();
}

/** Runs what follows where the folder it is given first is a small disk of its own. */
function diskOf(size: string): readonly string[] {
  const mount = `mount -t tmpfs -o size=${size},mode=711 tmpfs "$1" && shift && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", mount, "sh"];
}

function canHaveDisks(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return new Deno.Command("sh", { args: ["-c", "unshare --mount true"] }).outputSync().success;
}
