import type { Checkpoint } from "../checkpoint.ts";
import { emptyTable, type Table } from "./world_table.ts";

/** PostgreSQL with one table, which may be dropped, and may lose its last writes. */
export function worldDatabase() {
  let table: Table | undefined;
  let epochs = -1;
  const earlier: Table[] = [];

  function become(next: Table): void {
    if (table?.checkpoint.epoch === next.checkpoint.epoch) earlier.push(table);
    else earlier.length = 0;
    table = next;
  }

  return {
    get table() {
      return table;
    },
    get epoch() {
      return table?.checkpoint.epoch ?? -1;
    },
    /** Letters are to be tried. */
    get areDue() {
      return (table?.due.length ?? 0) > 0;
    },
    become,
    empty: (version: number) => become(emptyTable({ version, epoch: ++epochs })),
    change(how: (table: Table) => Table) {
      if (table) become(how(table));
    },
    drop: () => void (table = undefined),
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
