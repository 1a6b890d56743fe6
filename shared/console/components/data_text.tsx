import type { Child } from "hono/jsx";

/** Characters; what is longer is given as a file. */
const mostShown = 60_000;

/** A JSON value, indented, its parts in colours; of a long one the beginning, with a link to all of it. */
export function DataText({ value, download }: {
  readonly value: unknown;
  /** URL of all of it. */
  readonly download?: string;
}) {
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  const shown = text.length > mostShown ? text.slice(0, mostShown) : text;
  return (
    <>
      <pre class="data" tabindex={0}>{coloured(shown)}</pre>
      {shown !== text && (
        <p class="small muted">
          {`The first ${mostShown.toLocaleString("en")} of ${
            text.length.toLocaleString("en")
          } characters. `}
          {download !== undefined && <a href={download} download>Download all of it</a>}
        </p>
      )}
    </>
  );
}

/** A string, with the colon of a key; a number; a word of JSON. */
const token =
  /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
/** So many parts have colours; more would make the page longer than what it shows. */
const mostColoured = 600;

function coloured(text: string): Child[] {
  const parts: Child[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (parts.length >= mostColoured * 2) break;
    const [whole, quoted, colon = "", number] = match;
    if (match.index > at) parts.push(text.slice(at, match.index));
    const kind = quoted === undefined ? number === undefined ? "l" : "n" : colon ? "k" : "s";
    parts.push(<span class={kind}>{quoted ?? whole}</span>, colon);
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return parts;
}
