import type { Recorded } from "@headwater/core";
import { ActLink } from "../components/act_link.tsx";
import { Part } from "../components/part.tsx";
import { type ServiceLane, ServiceName } from "../components/service_name.tsx";
import { StatusLine, StatusList } from "../components/status_line.tsx";
import { Table } from "../components/table.tsx";
import type { FlowRates } from "../live/event_flow.ts";
import type { Trouble } from "../context/trouble.ts";
import { flowColumns, FlowRow } from "./flow_rows.tsx";

/** What the first page shows. */
export type Overview = {
  readonly troubles: readonly Trouble[];
  /** What is well, a line each. */
  readonly well: readonly {
    readonly what: string;
    readonly says?: string;
    readonly standing: "good" | "idle";
  }[];
  /** The newest first. */
  readonly events: readonly Recorded[];
  readonly rates: FlowRates;
  readonly now: number;
  laneOf(stream: string): ServiceLane | undefined;
  laneOfService(name: string): ServiceLane | undefined;
};

const mostEvents = 60;

/** What is wrong now, and what happens. */
export function OverviewPage(overview: Overview) {
  const { events, laneOf } = overview;
  return (
    <div class="overview">
      <Part title="Now" id="now" reload="troubles">
        <TroubleList {...overview} />
      </Part>
      <Part title="What happens" about="every event of every service, as it is appended">
        <div class="rates" data-live-replace="rates">
          <Rates {...overview} />
        </div>
        <Table
          id="flow"
          label="Events, the newest first"
          columns={flowColumns}
          empty="Nothing has happened yet. The first event shows up here by itself."
          live={{ message: "flow", most: mostEvents }}
        >
          {events.map((event) => <FlowRow event={event} lane={laneOf(event.stream)} />)}
        </Table>
      </Part>
    </div>
  );
}

/** What is wrong, each with its cause and what may help; then a line for what is well. */
export function TroubleList({ troubles, well, now }: Pick<Overview, "troubles" | "well" | "now">) {
  return (
    <StatusList>
      {troubles.map(({ standing, what, href, cause, since, acts }) => (
        <StatusLine
          standing={standing}
          what={href === undefined ? what : <a class="plain" href={href}>{what}</a>}
          cause={cause}
          since={since}
          now={now}
          acts={acts && acts.map(({ label, ...act }) => <ActLink {...act}>{label}</ActLink>)}
        />
      ))}
      {well.map(({ what, says, standing }) => (
        <StatusLine standing={standing} what={what} says={says} />
      ))}
    </StatusList>
  );
}

/** Events per second over the last minute, as bars, and how many each service wrote. */
export function Rates({ rates: { seconds, byService }, laneOfService }: {
  readonly rates: FlowRates;
  laneOfService(name: string): ServiceLane | undefined;
}) {
  const total = seconds.reduce((sum, each) => sum + each, 0);
  const peak = Math.max(1, ...seconds);
  return (
    <>
      <p class="rate">
        <b>{rateText(seconds.slice(-5).reduce((sum, each) => sum + each, 0) / 5)}</b>
        <span class="muted small">events/s</span>
      </p>
      <svg
        class="bars"
        viewBox={`0 0 ${seconds.length * 4} 32`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${total} events in the last minute, ${peak} in the busiest second`}
      >
        {seconds.map((events, index) => {
          const height = events === 0 ? 1 : Math.max(2, Math.round(30 * events / peak));
          return <rect x={index * 4} y={32 - height} width="3" height={height} />;
        })}
      </svg>
      <ul class="by-service">
        {byService.map(({ service, events }) => (
          <li>
            <ServiceName of={laneOfService(service)} fallback={service} />{" "}
            <span class="muted">{events}</span>
          </li>
        ))}
        {byService.length === 0 && <li class="muted">quiet for a minute</li>}
      </ul>
    </>
  );
}

function rateText(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}
