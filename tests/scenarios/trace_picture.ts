import type { CollectedSpan } from "@headwater/host/testing";

type Row = { readonly span: CollectedSpan; readonly depth: number };

const rowHeight = 17;
const indent = 9;
/** Where bars begin, and how wide all of the time is. */
const barsAt = 380;
const barsWidth = 500;
const colours = ["#89b4fa", "#a6e3a1", "#f9e2af", "#fab387", "#cba6f7", "#94e2d5", "#f38ba8"];

/**
 * Draws a trace as a tree, each span as a line with its place in time; those of which `isShown` is false are left out, and
 * what they led to stands below what led to them.
 */
export function tracePicture(
  spans: readonly CollectedSpan[],
  { title, isShown = () => true }: {
    readonly title: string;
    readonly isShown?: (span: CollectedSpan) => boolean;
  },
): string {
  const rows = rowsOf(spans.toSorted((one, other) => one.beganAt - other.beganAt), isShown);
  const beganAt = Math.min(...rows.map(({ span }) => span.beganAt));
  const endedAt = Math.max(...rows.map(({ span }) => span.endedAt));
  const scale = barsWidth / (endedAt - beganAt);
  const services = [...new Set(rows.map(({ span }) => span.process))];
  const colourOf = (service: string) => colours[services.indexOf(service) % colours.length];
  const height = (rows.length + 3) * rowHeight;
  const width = barsAt + barsWidth + 70;
  const legend = services.map((service, at) =>
    text(service, { x: 16 + at * 100, y: 24, fill: colourOf(service) })
  );
  const lines = rows.flatMap(({ span, depth }, at) => {
    const y = (at + 3) * rowHeight;
    const fill = colourOf(span.process);
    const left = barsAt + (span.beganAt - beganAt) * scale;
    const ms = span.endedAt - span.beganAt;
    const isReadModel = isOfReadModel(span);
    const bar = [
      `<rect x="${left.toFixed(1)}" y="${y - 9}" height="9" rx="2"`,
      `width="${Math.max(2, ms * scale).toFixed(1)}"`,
      isReadModel ? `fill="none" stroke="${fill}" />` : `fill="${fill}" />`,
    ].join(" ");
    return [
      text(span.name, { x: 16 + depth * indent, y, fill: isReadModel ? "#7f849c" : "#cdd6f4" }),
      bar,
      text(`${ms.toFixed(0)} ms`, { x: left + Math.max(2, ms * scale) + 5, y, fill: "#7f849c" }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    `  viewBox="0 0 ${width} ${height}"`,
    '  font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">',
    `  <title>${title}</title>`,
    `  <rect width="${width}" height="${height}" rx="6" fill="#1e1e2e" />`,
    ...[...legend, ...lines].map((line) => `  ${line}`),
    "</svg>\n",
  ].join("\n");
}

/** What a read model writes, beside the order's way. */
function isOfReadModel({ name, kind, links }: CollectedSpan): boolean {
  return kind === "consumer" && links.length > 0 && name.startsWith("process ");
}

/** Depth first, as they began. */
function rowsOf(
  spans: readonly CollectedSpan[],
  isShown: (span: CollectedSpan) => boolean,
): readonly Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  function below(parentId: string | undefined, depth: number): Row[] {
    return spans.filter((span) =>
      parentId === undefined ? !ids.has(span.parentId ?? "") : span.parentId === parentId
    ).flatMap((span) =>
      isShown(span)
        ? [{ span, depth }, ...below(span.spanId, depth + 1)]
        : below(span.spanId, depth)
    );
  }
  return below(undefined, 0);
}

function text(
  content: string,
  { x, y, fill = "#cdd6f4" }: {
    readonly x: number;
    readonly y: number;
    readonly fill?: string | undefined;
  },
): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${fill}">${
    content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
  }</text>`;
}
