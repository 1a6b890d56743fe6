/** A number over time: seconds since 1970, and what it was then. */
export type Series = {
  readonly name: string;
  readonly points: readonly (readonly [at: number, value: number])[];
};

/** What a panel shows. */
export type DrawnPanel = {
  readonly title: string;
  readonly type: string;
  readonly unit: string | undefined;
  /** As Grafana places it: of 24 columns, and rows of their height. */
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly series: readonly Series[];
  /** Why there are none. */
  readonly reason: string | undefined;
};

const column = 41;
const row = 23;
const gap = 8;
/** More lines have no name of their own below a panel. */
const mostNamed = 4;
const colours = ["blue", "green", "yellow", "orange", "violet", "teal", "red"];
const style = `
    .page { fill: #1e1e2e } .panel { fill: #181825 } .text { fill: #cdd6f4 } .quiet { fill: #7f849c }
    .blue { --c: #89b4fa } .green { --c: #a6e3a1 } .yellow { --c: #f9e2af } .orange { --c: #fab387 }
    .violet { --c: #cba6f7 } .teal { --c: #94e2d5 } .red { --c: #f38ba8 }
    polyline { fill: none; stroke: var(--c); stroke-width: 1.3 } text.name { fill: var(--c) }
    @media (prefers-color-scheme: light) {
      .page { fill: #eff1f5 } .panel { fill: #ffffff } .text { fill: #4c4f69 } .quiet { fill: #7c7f93 }
      .blue { --c: #1e66f5 } .green { --c: #40a02b } .yellow { --c: #b87a10 } .orange { --c: #d6530b }
      .violet { --c: #8839ef } .teal { --c: #179299 } .red { --c: #d20f39 }
    }`;

/** Draws panels as a dashboard places them, in light and in dark. */
export function dashboardPicture(
  panels: readonly DrawnPanel[],
  { title, from, to }: { readonly title: string; readonly from: number; readonly to: number },
): string {
  const width = 24 * column + gap;
  const height = Math.max(...panels.map(({ place: { y, h } }) => y + h)) * row + gap;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    `  viewBox="0 0 ${width} ${height}"`,
    '  font-family="ui-monospace, Menlo, Consolas, monospace" font-size="10">',
    `  <title>${title}</title>`,
    `  <style>${style}\n  </style>`,
    `  <rect class="page" width="${width}" height="${height}" rx="6" />`,
    ...panels.flatMap((panel) => drawn(panel, { from, to })).map((line) => `  ${line}`),
    "</svg>\n",
  ].join("\n");
}

function drawn(
  { title, type, unit, place, series, reason }: DrawnPanel,
  time: { readonly from: number; readonly to: number },
): readonly string[] {
  const left = place.x * column + gap;
  const top = place.y * row + gap;
  const width = place.w * column - gap;
  const height = place.h * row - gap;
  if (type === "row") return [text(title, { x: left, y: top + 12, is: "text", size: 12 })];
  const letters = Math.floor((width - 16) / 6.1);
  const frame = [
    `<rect class="panel" x="${left}" y="${top}" width="${width}" height="${height}" rx="4" />`,
    text(cut(title, letters), { x: left + 8, y: top + 15, is: "text" }),
  ];
  if (type === "stat") {
    const value = series[0]?.points.at(-1)?.[1] ?? 0;
    const is = value === 0 ? "name green" : "name red";
    return [...frame, text(worded(value, unit), { x: left + 8, y: top + 54, is, size: 28 })];
  }
  if (series.length === 0) {
    const said = lines(reason ?? "", letters);
    return [
      ...frame,
      ...said.map((line, at) => text(line, { x: left + 8, y: top + 42 + 14 * at, is: "quiet" })),
    ];
  }
  const plotTop = top + 26;
  const plotHeight = height - 26 - 8 - 12 * (Math.min(mostNamed, series.length) + 1);
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const lineOf = ({ points }: Series) =>
    points.map(([at, value]) => {
      const x = left + 8 + (at - time.from) / (time.to - time.from) * (width - 16);
      const y = plotTop + plotHeight - (most > 0 ? value / most : 0) * plotHeight;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    }).join(" ");
  const colourOf = (at: number) => colours[at % colours.length];
  const byPeak = series.toSorted((one, other) => peakOf(other) - peakOf(one));
  const named = byPeak.slice(0, mostNamed);
  const seen = byPeak.filter((each, at) => at < mostNamed || peakOf(each) > 0);
  const more = byPeak.length - named.length;
  const belowAt = plotTop + plotHeight + 16;
  return [
    ...frame,
    // What is largest is drawn last, over the others
    ...seen.map((each, at) => `<polyline class="${colourOf(at)}" points="${lineOf(each)}" />`)
      .reverse(),
    ...named.map((each, at) =>
      text(cut(`${each.name}  ${worded(peakOf(each), unit)}`, letters), {
        ...{ x: left + 8, y: belowAt + 12 * at, is: `name ${colourOf(at)}` },
      })
    ),
    ...(more > 0
      ? [text(`and ${more} more`, { x: left + 8, y: belowAt + 12 * mostNamed, is: "quiet" })]
      : []),
  ];
}

function peakOf({ points }: Series): number {
  return Math.max(...points.map(([, value]) => value));
}

/** As people say it. */
function worded(value: number, unit: string | undefined): string {
  switch (unit) {
    case "s":
      return value < 1 ? `${Number((value * 1_000).toPrecision(2))} ms` : `${short(value)} s`;
    case "bytes":
      return `${(value / 2 ** 20).toFixed(0)} MiB`;
    case "percentunit":
      return `${short(value * 100)} %`;
    case "reqps":
    case "eps":
    case "ops":
      return `${short(value)}/s`;
    default:
      return short(value);
  }
}

function short(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(2)));
}

function lines(sentence: string, letters: number): readonly string[] {
  const found: string[] = [];
  let line = "";
  for (const word of sentence.split(" ")) {
    if (line.length + word.length >= letters) {
      found.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...found, line];
}

function cut(words: string, letters: number): string {
  return words.length > letters ? `${words.slice(0, letters - 1)}…` : words;
}

function text(
  content: string,
  { x, y, is, size }: {
    readonly x: number;
    readonly y: number;
    readonly is: string;
    readonly size?: number;
  },
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const sized = size === undefined ? "" : ` font-size="${size}"`;
  return `<text class="${is}" x="${x}" y="${y}"${sized}>${escaped}</text>`;
}
