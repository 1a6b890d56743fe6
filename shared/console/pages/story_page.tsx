import { Part } from "../components/part.tsx";
import { StatusLine, StatusList } from "../components/status_line.tsx";
import { Table } from "../components/table.tsx";
import type { ServiceLane } from "../components/service_name.tsx";
import { durationText } from "../components/time_text.tsx";
import type { StoryEvents } from "../reading/story_events.ts";
import type { StoryGraph } from "../reading/story_graph.ts";
import { flowColumns, FlowRow } from "./flow_rows.tsx";
import { StoryDrawing } from "./story_drawing.tsx";

/** What followed from one request. */
export type StoryView = {
  readonly story: StoryEvents;
  readonly graph: StoryGraph;
  /** Where to look further back. */
  readonly furtherUrl: string | undefined;
  readonly now: number;
  /** Where its trace is shown; undefined: its events were of none, or nobody shows it. */
  readonly trace: { readonly id: string; readonly href: string | undefined } | undefined;
  laneOf(stream: string): ServiceLane | undefined;
  laneOfService(name: string): ServiceLane | undefined;
};

/** A story as a drawing, and as a list. */
export function StoryPage(view: StoryView) {
  const { story, graph, furtherUrl, laneOf, laneOfService } = view;
  return (
    <>
      <Outcome {...view} />
      {furtherUrl !== undefined && (
        <p class="notice">
          What came before position {story.before?.toLocaleString("en")} was not looked through.
          {" "}
          <a href={furtherUrl}>Look further back</a>
        </p>
      )}
      <Part title="What led to what" about="time goes down, services stand side by side">
        <StoryDrawing graph={graph} laneOf={(name) => laneOfService(name)?.lane} />
        <p class="legend small muted">
          <span class="is-undoes">undoes something</span>
          <span class="is-refused">was refused</span>
          <span class="is-stuck">stands still</span>
        </p>
      </Part>
      <Part title="Event by event">
        <Table label="Events of the story, in order" columns={flowColumns}>
          {story.events.map((event) => <FlowRow event={event} lane={laneOf(event.stream)} />)}
        </Table>
        {story.isCut && <p class="muted small">There are more; these are the first.</p>}
      </Part>
    </>
  );
}

function Outcome({ graph: { nodes, lanes }, now, trace }: StoryView) {
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (!first || !last) return null;
  const stuck = last.kind === "stuck" ? last : undefined;
  const undone = nodes.filter(({ kind }) => kind === "undoes").length;
  const { actor } = first.event.metadata;
  const says = [
    `${nodes.length} events in ${lanes.length} ${lanes.length === 1 ? "service" : "services"}`,
    `within ${durationText(last.afterMs)}`,
    `last ${last.event.type}`,
    ...(typeof actor === "string" ? [`begun by ${actor}`] : []),
  ].join(", ");
  return (
    <StatusList>
      <StatusLine
        standing={stuck ? "bad" : "good"}
        what={stuck
          ? `It stands still${stuck.note ? ` at ${stuck.note}` : ""}`
          : undone > 0
          ? "It was undone, at least in part"
          : "It went ahead"}
        says={
          <>
            {says}
            {trace && ", trace "}
            {trace && (trace.href === undefined
              ? <span class="mono">{trace.id}</span>
              : <a class="mono" href={trace.href}>{trace.id}</a>)}
          </>
        }
        since={last.event.recordedAt}
        now={now}
      />
    </StatusList>
  );
}
