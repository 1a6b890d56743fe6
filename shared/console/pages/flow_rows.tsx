import type { Recorded } from "@headwater/core";
import { eventSummary } from "../components/event_summary.ts";
import { storyUrl, streamUrl } from "../components/links.tsx";
import { type ServiceLane, ServiceName } from "../components/service_name.tsx";
import type { Column } from "../components/table.tsx";
import { Clock } from "../components/time_text.tsx";

/** Of a table of events over all streams. */
export const flowColumns: readonly Column[] = [
  { title: "Time (UTC)", is: "tight" },
  { title: "Service", is: "tight" },
  { title: "Event", is: "tight" },
  { title: "Stream", is: "tight" },
  { title: "Data", is: "fill" },
  { title: "Story", is: "tight" },
];

/** Events as rows, in the order in which they are given. */
export function FlowRows({ events, laneOf }: {
  readonly events: readonly Recorded[];
  laneOf(stream: string): ServiceLane | undefined;
}) {
  return <>{events.map((event) => <FlowRow event={event} lane={laneOf(event.stream)} />)}</>;
}

/** An event as a row. */
export function FlowRow({ event, lane }: {
  readonly event: Recorded;
  readonly lane: ServiceLane | undefined;
}) {
  const { stream, revision, type, recordedAt } = event;
  return (
    <tr class="flow" id={`e${event.position}`}>
      <td class="tight muted time">
        <Clock at={recordedAt} />
      </td>
      <td class="tight service">
        <ServiceName of={lane} />
      </td>
      <td class="tight event">
        <a class="plain" href={streamUrl(stream, revision)}>{type}</a>
      </td>
      <td class="tight stream">
        <a class="plain mono" href={streamUrl(stream)}>{shortened(stream)}</a>
        <span class="muted mono">@{revision}</span>
      </td>
      <td class="fill one-line muted mono">{eventSummary(event)}</td>
      <td class="tight story">
        <StoryLink event={event} />
      </td>
    </tr>
  );
}

/** Leads to all that followed from the same request. */
export function StoryLink({ event: { type, stream, position, metadata } }: {
  readonly event: Recorded;
}) {
  const { $correlationId } = metadata;
  if (typeof $correlationId !== "string") return null;
  return (
    <a href={storyUrl($correlationId, position)} aria-label={`Story of ${type} in ${stream}`}>
      Story
    </a>
  );
}

const longestName = 44;

/** Whose middle people do not read: a category and the end of an id tell it. */
function shortened(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, 28)}…${name.slice(-12)}`;
}
