import type { Child } from "hono/jsx";
import { Ago } from "./time_text.tsx";

/** How well something is. */
export type Standing = "good" | "warn" | "bad" | "idle";

/** Lines of what there is, the whole as a list: one line for what is well, more for what is not. */
export function StatusList({ children }: { readonly children?: Child }) {
  return <ul class="status">{children}</ul>;
}

/** What is well is one line; of what is not, `cause`, since when, and the acts that help are shown as well. */
export function StatusLine({ standing, what, says, cause, since, now, acts }: {
  readonly standing: Standing;
  readonly what: Child;
  /** How it is, in a few words. */
  readonly says?: Child;
  readonly cause?: string | undefined;
  readonly since?: string | number | undefined;
  readonly now?: number;
  /** Links to acts; of what is well they stand in the same line. */
  readonly acts?: Child;
}) {
  const isTrouble = standing === "bad" || standing === "warn";
  return (
    <li class={isTrouble ? `is-${standing}` : undefined}>
      <span class={`dot is-${standing}`} aria-hidden="true"></span>
      <span class="what">
        <b>{what}</b>
        {says !== undefined && <span class="says">{says}</span>}
      </span>
      {since !== undefined && now !== undefined && (
        <span class="since">
          <Ago at={since} now={now} />
        </span>
      )}
      {cause !== undefined && <p class="cause">{cause}</p>}
      {acts !== undefined && <div class={isTrouble ? "acts" : "acts is-beside"}>{acts}</div>}
    </li>
  );
}

/** A word about how something is; the colour only repeats it. */
export function Tag({ standing = "idle", children }: {
  readonly standing?: Standing;
  readonly children?: Child;
}) {
  return <span class={`tag is-${standing}`}>{children}</span>;
}
