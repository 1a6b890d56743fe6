import { eventually } from "@headwater/testing";

/** A data directory in a temporary folder. Disposing waits for what still uses it, then removes it. */
export type DataPlace = AsyncDisposable & {
  /** Not there yet. */
  readonly directory: string;
  /** What runs on it, as the system lists it: `<pid> <command line>`. */
  processes(): Promise<readonly string[]>;
  /** Resolves when nothing runs on it any more. */
  deserted(): Promise<void>;
};

export async function makeDataPlace(): Promise<DataPlace> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "headwater-faults-" }));
  // PostgreSQL runs as another user where we are root
  await Deno.chmod(folder, 0o711);
  const place = {
    directory: `${folder}/data`,
    async processes() {
      const { stdout } = await new Deno.Command("ps", { args: ["-eww", "-o", "pid=,args="] })
        .output();
      return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(folder));
    },
    async deserted() {
      await eventually(`the processes in "${folder}"`, async () => {
        return (await place.processes()).length === 0;
      });
    },
    async [Symbol.asyncDispose]() {
      try {
        await place.deserted();
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  };
  return place;
}
