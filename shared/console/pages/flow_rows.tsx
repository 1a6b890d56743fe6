import { type Recorded } from "@headwater/core";
import { type ServiceLane, ServiceName } from "../components/service_name.tsx";
import { storyUrl, streamUrl } from "../components/links.tsx";
import type { Column } from "../components/table.tsx";
import { Clock } from "../components/time_text.tsx";

/** Of a table of events over all streams. */
export const flowColumns: readonly Column[] = [
  { title: "Time (UTC)", is: "tight" },
  { title: "Service", is: "tight" },
  { title: "Event", is: "tight" },
  { title: "Stream", is: "fill" },
  { title: "", is: "tight" },
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
  const { stream, revision, type, recordedAt, metadata } = event;
  return (
    <tr>
      <td class="tight muted">
        <Clock at={recordedAt} />
      </td>
      <td class="tight">
        <ServiceName of={lane} />
      </td>
      <td class="tight">
        <a class="plain" href={streamUrl(stream, revision)}>{type}</a>
      </td>
      <td class="fill">
        <a class="plain mono" href={streamUrl(stream)}>{stream}</a>
        <span class="muted mono">@{revision}</span>
      </td>
      <td class="tight">
        {typeof metadata.$correlationId === "string" && (
          <a href={storyUrl(metadata.$correlationId)} aria-label={`Story of ${type} in ${stream}`}>
            Story
          </a>
        )}
      </td>
    </tr>
  );
}
