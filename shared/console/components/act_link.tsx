import { type Child, useContext } from "hono/jsx";
import { consolePath } from "./console_path.ts";
import { ViewerContext } from "./viewer.tsx";

/** An act that somebody may want to do: nothing is done before they have seen what it changes, and said why. */
export type OfferedAct = {
  readonly service: string;
  /** `sagas`, `projections` … */
  readonly engine: string;
  /** `retry`, `letters drop` … */
  readonly act: string;
  readonly args?: Readonly<Record<string, string | boolean>>;
  /** The page to come back to, below `/console`. */
  readonly back?: string;
};

/** Leads to the form of an act; who may not do it is told whose it is. */
export function ActLink({ children, isGrave, ...offered }: OfferedAct & {
  readonly children?: Child;
  /** It cannot be undone. */
  readonly isGrave?: boolean;
}) {
  const lacked = useContext(ViewerContext).lackedRole(offered);
  if (lacked !== undefined) {
    return (
      <span class="button" aria-disabled="true">
        {children ?? offered.act} <span class="whose">{lacked} only</span>
      </span>
    );
  }
  return (
    <a class={isGrave ? "button is-grave" : "button"} href={actUrl(offered)}>
      {children ?? offered.act}
    </a>
  );
}

/** Where the form of an act is. */
function actUrl({ service, engine, act, args = {}, back }: OfferedAct): string {
  const query = new URLSearchParams({ service, engine, act });
  for (const [name, value] of Object.entries(args)) query.set(`arg.${name}`, String(value));
  if (back !== undefined) query.set("back", back);
  return `${consolePath}/act?${query}`;
}
