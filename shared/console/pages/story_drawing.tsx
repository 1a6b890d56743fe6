import { streamUrl } from "../components/links.tsx";
import { durationText } from "../components/time_text.tsx";
import type { StoryGraph, StoryNode } from "../reading/story_graph.ts";

// In pixels: each event has a row, each service a lane; time goes down.
const gutter = 74;
const laneWidth = 216;
const rowHeight = 42;
const nodeHeight = 32;
const nodeWidth = 194;
const headHeight = 30;
/** Characters of a node's text; the whole is shown by pointing at it. */
const longest = 27;
/** Milliseconds; a longer gap is drawn as one. */
const notedGapMs = 1_000;
const gapHeight = 26;

/** A story as it went: services side by side, time downwards, a line from each event to what it led to. */
export function StoryDrawing({ graph, laneOf }: {
  readonly graph: StoryGraph;
  /** In which colour a service is shown. */
  laneOf(service: string): number | undefined;
}) {
  const { lanes, nodes } = graph;
  const rows = rowsOf(nodes);
  const width = gutter + lanes.length * laneWidth;
  const height = (rows.at(-1)?.y ?? headHeight) + rowHeight;
  const colour = (lane: number) => `lane-${laneOf(lanes[lane] ?? "") ?? "none"}`;
  return (
    <div class="scroll story-drawing" tabindex={0} role="region" aria-label="What led to what">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group">
        {lanes.map((name, lane) => {
          const x = laneX(lane);
          return (
            <g class={colour(lane)}>
              <line class="lane" x1={x} y1={headHeight} x2={x} y2={height} />
              <text class="lane-name" x={x} y={19} text-anchor="middle">{name}</text>
            </g>
          );
        })}
        {nodes.map((node, index) => (
          <Edge node={node} nodes={nodes} from={rows[node.cause ?? -1]} to={rows[index]!} />
        ))}
        {nodes.map((node, index) => (
          <Node node={node} row={rows[index]!} colour={colour(node.lane)} />
        ))}
      </svg>
    </div>
  );
}

type Row = { readonly y: number; readonly gap: string | undefined };

function rowsOf(nodes: readonly StoryNode[]): readonly Row[] {
  let y = headHeight + 8;
  return nodes.map(({ gapMs }, index) => {
    const isLong = gapMs >= notedGapMs;
    if (index > 0) y += rowHeight + (isLong ? gapHeight : 0);
    return { y, gap: isLong ? durationText(gapMs) : undefined };
  });
}

function laneX(lane: number): number {
  return gutter + lane * laneWidth + laneWidth / 2;
}

function Edge({ node, nodes, from, to }: {
  readonly node: StoryNode;
  readonly nodes: readonly StoryNode[];
  readonly from: Row | undefined;
  readonly to: Row;
}) {
  if (from === undefined || node.cause === undefined) return null;
  const [x1, x2] = [laneX(nodes[node.cause]!.lane), laneX(node.lane)];
  const [y1, y2] = [from.y + nodeHeight, to.y];
  const side = Math.sign(x2 - x1);
  if (side === 0) {
    // Past the nodes between them
    const isNext = y2 - y1 <= rowHeight - nodeHeight + gapHeight;
    const path = isNext
      ? `M${x1} ${y1}V${y2}`
      : `M${x1 - nodeWidth / 2} ${y1 - nodeHeight / 2}C${x1 - nodeWidth / 2 - 22} ${y1} ${
        x1 - nodeWidth / 2 - 22
      } ${y2} ${x1 - nodeWidth / 2} ${y2 + nodeHeight / 2}`;
    return <path class={`edge is-${node.kind}`} d={path} />;
  }
  const [out, into] = [x1 + side * nodeWidth / 2, x2 - side * nodeWidth / 2];
  const [middle, start, end] = [(out + into) / 2, y1 - nodeHeight / 2, y2 + nodeHeight / 2];
  return (
    <path
      class={`edge is-${node.kind}`}
      d={`M${out} ${start}C${middle} ${start} ${middle} ${end} ${into} ${end}`}
    />
  );
}

function Node({ node, row, colour }: {
  readonly node: StoryNode;
  readonly row: Row;
  readonly colour: string;
}) {
  const { event, kind, note, afterMs, lane } = node;
  const { type, stream, revision } = event;
  const [x, middle] = [laneX(lane) - nodeWidth / 2, row.y + nodeHeight / 2];
  const said = note === undefined ? stream : note;
  return (
    <g class={`${colour} node is-${kind}`}>
      <title>
        {`${type}\n${stream} @ ${revision}\n${event.recordedAt}${note ? `\n${note}` : ""}`}
      </title>
      {row.gap !== undefined && (
        <text class="gap" x={gutter - 10} y={row.y - 12} text-anchor="end">
          {`${row.gap} later`}
        </text>
      )}
      <text class="after" x={gutter - 10} y={middle + 4} text-anchor="end">
        {`+${durationText(afterMs)}`}
      </text>
      <a href={streamUrl(stream, revision)}>
        <rect x={x} y={row.y} width={nodeWidth} height={nodeHeight} rx="5" />
        <text class="type" x={x + 10} y={row.y + 14}>{cut(type, longest)}</text>
        <text class="note" x={x + 10} y={row.y + 26}>{cut(said, longest)}</text>
      </a>
    </g>
  );
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
