import { machine } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { isLockNotAvailable } from "./generation.ts";

/**
 * What a block of PL/pgSQL leaves in `answer`; undefined where a table that it names is not there. One message is a
 * transaction: see `writeChanges` for why not `sql.begin`.
 */
export async function answerOf<Answer>(
  sql: Sql,
  block: string,
  /** The answer where somebody has kept a lock for too long. */
  { locked }: { readonly locked: Answer },
): Promise<Answer | undefined> {
  try {
    const results = await answered(() =>
      sql.unsafe<{ answer: string }[][]>(`
        do $act$
        <<act>>
        declare
          answer json;
        begin
          perform set_config('client_min_messages', 'warning', true);
          ${block}
          perform set_config('headwater.answer', answer::text, true);
        end $act$;
        select current_setting('headwater.answer') as answer`)
    );
    return JSON.parse(results.at(-1)![0]!.answer);
  } catch (error) {
    if (isLockNotAvailable(error)) return locked;
    if (machine.isMissingTable(error)) return undefined;
    throw error;
  }
}
