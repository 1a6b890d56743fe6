import type { Child } from "hono/jsx";

/** A part of a page under a heading; with an `id` the browser can bring it up to date by itself. */
export function Part({ title, about, more, id, reload, children }: {
  readonly title: string;
  readonly about?: Child;
  /** A link to more of it. */
  readonly more?: Child;
  readonly id?: string;
  /** The live message upon which the part is fetched anew; needs an `id`. */
  readonly reload?: string;
  readonly children?: Child;
}) {
  return (
    <section class="part" id={id} data-live-reload={reload}>
      <header>
        <h2>{title}</h2>
        {about !== undefined && <p class="muted small">{about}</p>}
        {more !== undefined && <div class="more">{more}</div>}
      </header>
      {children}
    </section>
  );
}
