import type { Checkpoint, GenerationStatus } from "../generation.ts";
import { emptyTable, type Table } from "./world_table.ts";

/** PostgreSQL with one generation, which may be dropped, and may lose its last writes; and who has its lease. */
export function worldDatabase() {
  let table: Table | undefined = emptyTable();
  let owner: "nobody" | "worker" | "rival" = "nobody";
  const earlier: Table[] = [];

  function become(next: Table): void {
    if (table?.checkpoint.epoch === next.checkpoint.epoch) earlier.push(table);
    else earlier.length = 0;
    table = next;
  }

  function own(by: "worker" | "rival"): void {
    if (!table || owner === by) return;
    owner = by;
    const { checkpoint } = table;
    become({ ...table, checkpoint: { ...checkpoint, epoch: checkpoint.epoch + 1 } });
  }

  return {
    get table() {
      return table;
    },
    get status() {
      return table?.checkpoint.status;
    },
    get owner() {
      return owner;
    },
    /** Letters are to be tried. */
    get areDue() {
      return (table?.due.length ?? 0) > 0;
    },
    become,
    own,
    leave: () => void (owner = "nobody"),
    change(how: (table: Table) => Table) {
      if (table) become(how(table));
    },
    /** Nothing that was before it can come back. */
    changeStatus(status: GenerationStatus) {
      if (!table) return;
      table = { ...table, checkpoint: { ...table.checkpoint, status } };
      earlier.length = 0;
    },
    drop: () => void (table = undefined),
    /** A generation of its own takes the place of the one that is gone. */
    begin() {
      table ??= emptyTable();
      owner = "nobody";
      earlier.length = 0;
    },
    isAt({ epoch, position }: Checkpoint): boolean {
      return table?.checkpoint.epoch === epoch && table.checkpoint.position === position;
    },
    /** True: the last write is lost. */
    crash(): boolean {
      const before = earlier.pop();
      if (before) table = before;
      return before !== undefined;
    },
  };
}

export type WorldDatabase = ReturnType<typeof worldDatabase>;
