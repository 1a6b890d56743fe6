/** Bytes; more of them tell nobody more. */
const mostShown = 256;
const perLine = 16;

/** Data that is no JSON: how much it is, and how it begins. */
export function BinaryText({ bytes, download }: {
  readonly bytes: Uint8Array;
  /** URL of all of it. */
  readonly download: string;
}) {
  const shown = Math.min(mostShown, bytes.length);
  return (
    <>
      <pre class="data is-bytes" tabindex={0}>{hexLines(bytes.subarray(0, shown)).join("\n")}</pre>
      <p class="small muted">
        {`${sizeText(bytes)} that are no JSON${
          shown < bytes.length ? `, of which these are the first ${shown}` : ""
        }. `}
        <a href={download} download>Download all of it</a>
      </p>
    </>
  );
}

/** The same in a line. */
export function binarySummary(bytes: Uint8Array): string {
  const [first = ""] = hexLines(bytes.subarray(0, perLine));
  return `${sizeText(bytes)}: ${first.slice(10, 10 + 3 * perLine).trim()}`;
}

function sizeText({ length }: Uint8Array): string {
  return `${length.toLocaleString("en")} ${length === 1 ? "byte" : "bytes"}`;
}

/** Where a line begins, its bytes, and the same as letters where they are such. */
function hexLines(bytes: Uint8Array): readonly string[] {
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) => {
    const own = bytes.subarray(line * perLine, (line + 1) * perLine);
    const hex = Array.from(own, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = Array.from(
      own,
      (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
    );
    const at = (line * perLine).toString(16).padStart(8, "0");
    return `${at}  ${hex.padEnd(3 * perLine)} ${letters.join("")}`;
  });
}
