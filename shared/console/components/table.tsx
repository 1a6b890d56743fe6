import type { Child } from "hono/jsx";

/** A column's head, and how wide it is: `fill` takes what is left, `tight` as little as it can. */
export type Column = {
  readonly title: string;
  readonly is?: "fill" | "tight" | "number";
};

/** A table that scrolls sideways by itself where the screen is narrow; `label` is what it is read out as. */
export function Table({ label, columns, children, empty = "Nothing here", id, live }: {
  readonly label: string;
  readonly columns: readonly Column[];
  /** Rows: `<tr>` with as many `<td>`. */
  readonly children?: Child;
  /** What is said where there are no rows. */
  readonly empty?: Child;
  readonly id?: string;
  /** The live message that puts rows before these. */
  readonly live?: { readonly message: string; readonly most: number };
}) {
  // One alone comes without a list around it
  const hasRows = [children].flat().some((row) => row !== undefined && row !== null);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <table id={id}>
        <thead>
          <tr>{columns.map(({ title, is }) => <th scope="col" class={is}>{title}</th>)}</tr>
        </thead>
        <tbody data-live-prepend={live?.message} data-live-most={live?.most}>
          {hasRows ? children : (
            <tr class="is-empty">
              <td class="empty" colspan={columns.length}>{empty}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Links through pages of which nobody knows how many there are: each goes on after a key. */
export function KeysetPages({ newest, newer, older, children }: {
  /** URL of the first page; undefined: this is it. */
  readonly newest?: string | undefined;
  readonly newer?: string | undefined;
  /** Undefined: this is the last page. */
  readonly older?: string | undefined;
  /** What page this is. */
  readonly children?: Child;
}) {
  const isOnly = newest === undefined && newer === undefined && older === undefined;
  if (isOnly) return null;
  return (
    <nav class="pages" aria-label="Pages">
      <PageLink href={newest} rel="first">Newest</PageLink>
      <PageLink href={newer} rel="prev">Newer</PageLink>
      <PageLink href={older} rel="next">Older</PageLink>
      {children !== undefined && <span class="small">{children}</span>}
    </nav>
  );
}

function PageLink({ href, rel, children }: {
  readonly href: string | undefined;
  readonly rel: string;
  readonly children?: Child;
}) {
  return href === undefined
    ? <span class="button" aria-disabled="true">{children}</span>
    : <a class="button" href={href} rel={rel}>{children}</a>;
}
