import type { FillTarget, Reached } from "./fill_target.ts";
import type { Place } from "./place_index.ts";
import type { SentEvents } from "./sent_events.ts";

/** What a thread that folds is told. */
export type ToThread =
  | {
    readonly type: "open";
    /** URL of the module that exports the view. */
    readonly module: string;
    readonly name: string;
    readonly fingerprint: string;
    readonly version: number;
    readonly holds?: { readonly rows: number; readonly bytes: number };
  }
  | { readonly type: "locate"; readonly keys: readonly string[]; readonly places: readonly Place[] }
  | { readonly type: "fold"; readonly sent: SentEvents }
  | { readonly type: "save"; readonly to: Reached }
  /** To what it has asked. */
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  /** What it has asked failed: there is no going on. */
  | { readonly type: "refusal"; readonly id: number };

/** What it asks of the table, which is not in its reach. */
export type Asked = {
  [What in keyof FillTarget]: {
    readonly type: "ask";
    readonly id: number;
    readonly what: What;
    readonly args: Parameters<FillTarget[What]>;
  };
}[keyof FillTarget];

/** What it says. */
export type FromThread =
  | { readonly type: "opened" }
  | { readonly type: "folded"; readonly count: number; readonly cause?: string }
  | { readonly type: "saved" }
  /** … of a fold or a save: it did not come to its end. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "state"; readonly isFull: boolean; readonly isSaveDue: boolean }
  | Asked;
