import type { Recorded } from "@headwater/core";
import { eventSummary } from "../components/event_summary.ts";
import { streamUrl } from "../components/links.tsx";
import { Part } from "../components/part.tsx";
import { KeysetPages, Table } from "../components/table.tsx";
import { Ago, Clock } from "../components/time_text.tsx";
import { StoryLink } from "./flow_rows.tsx";

/** A page of one stream. */
export type StreamView = {
  readonly stream: string;
  /** The newest first. */
  readonly events: readonly Recorded[];
  readonly newer: number | undefined;
  readonly older: number | undefined;
  readonly isNewest: boolean;
  readonly now: number;
};

/** A stream's events, each with the beginning of its data. */
export function StreamPage({ stream, events, newer, older, isNewest, now }: StreamView) {
  return (
    <Part title="Events" about="the newest first" id="events" reload={isNewest ? "moved" : ""}>
      <Table
        label={`Events of ${stream}, the newest first`}
        columns={[
          { title: "#", is: "number" },
          { title: "Event", is: "tight" },
          { title: "Data", is: "fill" },
          { title: "Time (UTC)", is: "tight" },
          { title: "Age", is: "tight" },
          { title: "Story", is: "tight" },
        ]}
      >
        {events.map((event) => (
          <tr>
            <td class="number muted mono">{event.revision}</td>
            <td class="tight">
              <a href={streamUrl(stream, event.revision)}>{event.type}</a>
            </td>
            <td class="fill one-line muted mono">{eventSummary(event)}</td>
            <td class="tight muted">
              <Clock at={event.recordedAt} />
            </td>
            <td class="tight muted small">
              <Ago at={event.recordedAt} now={now} />
            </td>
            <td class="tight">
              <StoryLink event={event} />
            </td>
          </tr>
        ))}
      </Table>
      <KeysetPages
        newest={isNewest ? undefined : streamUrl(stream)}
        newer={newer === undefined ? undefined : `${streamUrl(stream)}?after=${newer}`}
        older={older === undefined ? undefined : `${streamUrl(stream)}?before=${older}`}
      />
    </Part>
  );
}
