import { eventLog, type Recorded } from "@headwater/core";
import type { ConsoleContext, Section } from "../context/console_context.ts";
import { serviceLanes } from "../components/service_name.tsx";
import { eventFlow, flowCounter, type FlowRates } from "../live/event_flow.ts";
import { respond } from "../context/respond.tsx";
import { FlowRows } from "./flow_rows.tsx";
import { type Overview, OverviewPage, Rates } from "./overview_page.tsx";

/** So many events a page begins with. */
const shownEvents = 40;

/** The first page: what is wrong now, and what happens. */
export const overviewSection: Section = {
  path: "",
  title: "Overview",
  add(app, context) {
    const { services, log, logger, live, troubles, now } = context;
    const laneOfCategory = serviceLanes(services);
    const laneOf = (stream: string) => laneOfCategory(eventLog.categoryOf(stream));
    const laneOfService = (name: string) =>
      laneOfCategory(services.find((each) => each.name === name)?.categories[0] ?? "");
    const serviceOf = (stream: string) => laneOf(stream)?.name ?? eventLog.categoryOf(stream);
    let rates: FlowRates = flowCounter(() => "").rates(now());
    live.add(eventFlow({
      ...{ log, logger, now },
      serviceOf,
      told: {
        rows: (events) =>
          live.tell("flow", (<FlowRows events={events} laneOf={laneOf} />).toString()),
        rates(current) {
          rates = current;
          live.tell("rates", (<Rates rates={rates} laneOfService={laneOfService} />).toString());
        },
        moved: () => live.tell("moved", ""),
      },
    }));
    app.get("/", async (c) => {
      const [events] = await Promise.all([lastEvents(context), troubles.look()]);
      const overview: Overview = {
        troubles: troubles.known(),
        well: wellOf(context),
        events,
        rates: live.isWanted("rates") ? rates : ratesOf(events, { serviceOf, now: now() }),
        now: now(),
        laneOf,
        laneOfService,
      };
      return await respond(c, {
        ...{ context, title: "Overview", section: "", live: ["flow", "rates", "troubles"] },
        children: <OverviewPage {...overview} />,
      });
    });
  },
};

/** As far as the events of the page tell. */
function ratesOf(
  events: readonly Recorded[],
  { serviceOf, now }: { serviceOf(stream: string): string; readonly now: number },
): FlowRates {
  const counter = flowCounter(serviceOf);
  for (const { stream, recordedAt } of events) counter.note(stream, Date.parse(recordedAt) || 0);
  return counter.rates(now);
}

async function lastEvents({ log }: ConsoleContext): Promise<readonly Recorded[]> {
  const events: Recorded[] = [];
  for await (const page of log.readAll({ direction: "backwards", limit: shownEvents })) {
    events.push(...page);
  }
  return events;
}

/** What is well in a line: everything, or what there is beside the troubles. */
function wellOf({ services, troubles, checks }: ConsoleContext): Overview["well"] {
  if (!troubles.isSeen()) {
    return [{ what: "Asking all services whether all is well", standing: "idle" }];
  }
  const known = troubles.known();
  const passed = checks().filter(({ status }) => status === "pass").length;
  return [{
    what: known.length === 0 ? "Everything is well" : "The rest is well",
    says: `${services.length} services, ${passed} checks pass`,
    standing: "good",
  }];
}
