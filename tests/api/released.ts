import { description } from "@headwater/host";
import { describe } from "@headwater/http";
import { shop } from "@shop/app";

/** What the shop has promised, and keeps until its version has another first number. */
export type Descriptions = {
  readonly openapi: describe.OpenApi;
  readonly asyncapi: describe.AsyncApi;
};

/** Where it is kept. */
export const releasedFolder = new URL("../../docs/api/", import.meta.url);

/** As the shop is now. */
export function describeShop(): Descriptions {
  return { openapi: description.describeApi(shop), asyncapi: description.describeEvents(shop) };
}

/** As it was released last; undefined: it never was. */
export async function readReleased(): Promise<Descriptions | undefined> {
  try {
    const [openapi, asyncapi] = await Promise.all(
      ["openapi.json", "asyncapi.json"].map(async (name) =>
        JSON.parse(await Deno.readTextFile(new URL(name, releasedFolder)))
      ),
    );
    return { openapi, asyncapi };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What a release of the shop as it is now would break, a sentence each. Events are stored: no version lets them go. */
export function brokenBy(now: Descriptions, released: Descriptions): readonly string[] {
  const isNext = majorOf(now.openapi) > majorOf(released.openapi);
  return [
    ...(isNext ? [] : describe.breakingChanges(released.openapi, now.openapi)),
    ...describe.breakingEvents(released.asyncapi, now.asyncapi),
  ];
}

function majorOf({ info }: describe.OpenApi): number {
  return Number.parseInt(info.version);
}
