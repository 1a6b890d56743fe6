import type { Child } from "hono/jsx";
import { consolePath } from "./console_path.ts";
import type { Viewer } from "./viewer.tsx";

/** A step of the way to a page, of which the last has no link. */
export type Crumb = { readonly title: string; readonly href?: string };

/** A section in the navigation. */
export type MenuEntry = {
  readonly href: string;
  readonly title: string;
  /** How many things there are not as they should be. */
  readonly count: number;
  readonly isCurrent: boolean;
};

/** What a page is made of. */
export type LayoutProps = {
  readonly title: string;
  /** What the console is of. */
  readonly application: string;
  readonly menu: readonly MenuEntry[];
  readonly viewer: Viewer;
  readonly iconUrl: string;
  readonly scriptUrl: string;
  readonly styleUrl: string;
  readonly crumbs?: readonly Crumb[];
  /** Beside the title. */
  readonly about?: Child;
  readonly acts?: Child;
  /** Live messages that the page wants; default: none. */
  readonly live?: readonly string[];
  readonly children?: Child;
};

/** A whole page: head, navigation, and what is on it. */
export function Layout(
  { title, crumbs, about, acts, live = [], children, application, menu, viewer, ...urls }:
    LayoutProps,
) {
  const liveUrl = live.length > 0 ? `${consolePath}/live?want=${live.join(",")}` : undefined;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · ${application}`}</title>
        <link rel="icon" href={urls.iconUrl} type="image/svg+xml" />
        <link rel="stylesheet" href={urls.styleUrl} />
        <script src={urls.scriptUrl} defer></script>
      </head>
      <body data-live={liveUrl}>
        <a class="skip" href="#main">Skip to content</a>
        <div class="frame">
          <div class="side">
            <a class="brand" href={consolePath}>
              <Mark />
              Headwater <span>{application}</span>
            </a>
            <nav class="menu" id="menu" aria-label="Console" data-live-reload="troubles">
              {menu.map((entry) => <MenuLink {...entry} />)}
            </nav>
            <footer>
              <Who {...viewer} />
              <p class="link-state" role="status">
                <span class="when-none">As it was opened</span>
                <span class="when-open">Live</span>
                <span class="when-lost">Connecting again</span>
              </p>
            </footer>
          </div>
          <main id="main" tabindex={-1}>
            {crumbs && <Crumbs crumbs={crumbs} />}
            <div class="head">
              <h1>{title}</h1>
              {about !== undefined && <p>{about}</p>}
              {acts !== undefined && <div class="acts">{acts}</div>}
            </div>
            {children}
          </main>
        </div>
      </body>
    </html>
  );
}

function Who({ name, roles = [], logOutUrl }: Viewer) {
  if (name === undefined) return null;
  return (
    <div class="who">
      <p>
        <b>{name}</b> {roles.join(", ")}
      </p>
      {logOutUrl !== undefined && (
        <form method="post" action={logOutUrl}>
          <button type="submit">Log out</button>
        </form>
      )}
    </div>
  );
}

function MenuLink({ href, title, count, isCurrent }: MenuEntry) {
  return (
    <a href={href} aria-current={isCurrent ? "page" : undefined}>
      {title}
      {count > 0 && (
        <span class="count">
          {count} <span class="hidden">to look at</span>
        </span>
      )}
    </a>
  );
}

function Crumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Where this is">
      <ol class="crumbs">
        {crumbs.map(({ title, href }) => (
          <li>{href === undefined ? title : <a href={href}>{title}</a>}</li>
        ))}
      </ol>
    </nav>
  );
}

/** A spring that becomes a stream. */
function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor">
      <path
        d="M3 6c3.5-3.2 6.5 3.2 10 0 1.4-1.2 2.7-1.4 4-.9"
        stroke-width="2"
        stroke-linecap="round"
      />
      <path
        d="M3 11c3.5-3.2 6.5 3.2 10 0 1.4-1.2 2.7-1.4 4-.9"
        stroke-width="2"
        stroke-linecap="round"
        opacity=".65"
      />
      <path
        d="M3 16c3.5-3.2 6.5 3.2 10 0 1.4-1.2 2.7-1.4 4-.9"
        stroke-width="2"
        stroke-linecap="round"
        opacity=".35"
      />
    </svg>
  );
}
