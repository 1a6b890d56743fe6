import { machine } from "@headwater/core";
import { answered } from "./answered.ts";

/**
 * What a query finds; nothing where a table is not there: no read model was ever prepared, by no release that has that
 * table, or it went with the last commits of a crashed server.
 */
export async function ifThere<Row>(
  query: () => PromiseLike<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await answered(query);
  } catch (error) {
    if (machine.isMissingTable(error)) return [];
    throw error;
  }
}
