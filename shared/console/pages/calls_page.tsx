import { ActLink } from "../components/act_link.tsx";
import { consolePath } from "../components/console_path.ts";
import { Part } from "../components/part.tsx";
import { type Standing, StatusLine, StatusList, Tag } from "../components/status_line.tsx";
import { Table } from "../components/table.tsx";
import { callsService, type ShownCall } from "./calls_data.ts";

/** Where calls are shown. */
export const callsPath = "/calls";

/** Whom services call, how that goes, and what keeps them from it: a line for each target, then all of it. */
export function CallsPage({ calls, services, now }: {
  readonly calls: readonly ShownCall[];
  /** Those that are called by name, also if nobody has yet. */
  readonly services: readonly string[];
  readonly now: number;
}) {
  const byTarget = Map.groupBy(calls, ({ target }) => target);
  const silent = byTarget.get("-") ?? [];
  const targets = [...new Set([...services, ...byTarget.keys()])].filter((each) => each !== "-");
  return (
    <>
      <Part title="Targets" about="whom services call" id="targets" reload="calls">
        <StatusList>
          {silent.map(({ process }) => (
            <StatusLine
              standing="bad"
              what={process}
              cause="The process does not answer: whom it calls is not known."
            />
          ))}
          {targets.map((target) => (
            <TargetLine target={target} calls={byTarget.get(target) ?? []} now={now} />
          ))}
        </StatusList>
      </Part>
      <Part title="Who calls whom" id="calls" reload="calls">
        <Table
          label="Calls by process and caller"
          columns={[
            { title: "Target" },
            { title: "Caller", is: "fill" },
            { title: "Process" },
            { title: "Calls" },
            { title: "Circuit" },
            { title: "Running", is: "number" },
            { title: "Waiting", is: "number" },
            { title: "Places", is: "number" },
          ]}
          empty="Nobody has called anybody yet."
        >
          {calls.filter(({ target }) => target !== "-").map((each) => (
            <tr>
              <td>{each.target}</td>
              <td class="fill" data-title="Called by">{each.caller}</td>
              <td data-title="In">{each.process}</td>
              <td>{each.calls}</td>
              <td>
                <Tag standing={standings[each.breaker]}>{each.breaker}</Tag>
              </td>
              <td class="number" data-title="Running">{each.running}</td>
              <td class="number" data-title="Waiting">{each.waiting}</td>
              <td class="number" data-title="Places">{each.places}</td>
            </tr>
          ))}
        </Table>
      </Part>
    </>
  );
}

const standings: Readonly<Record<ShownCall["breaker"], Standing>> = {
  closed: "good",
  open: "bad",
  "half-open": "warn",
  isolated: "warn",
  unknown: "bad",
};

function TargetLine({ target, calls, now }: {
  readonly target: string;
  readonly calls: readonly ShownCall[];
  readonly now: number;
}) {
  const isolation = calls.find((each) => each.isolation !== null)?.isolation;
  const open = calls.filter(({ breaker }) => breaker === "open" || breaker === "half-open");
  const waiting = calls.reduce((sum, each) => sum + each.waiting, 0);
  const standing = isolation
    ? "warn"
    : open.length > 0
    ? "bad"
    : waiting > 0
    ? "warn"
    : calls.length > 0
    ? "good"
    : "idle";
  const cause = isolation
    ? `Isolated by ${isolation.by}${isolation.reason === null ? "" : `: ${isolation.reason}`}`
    : open.length > 0
    ? `The circuit is open for ${
      open.map(({ caller, process }) => `${caller} in ${process}`).join(", ")
    }: it fails too often, and is tried again by itself.`
    : waiting > 0
    ? `${waiting} ${waiting === 1 ? "call waits" : "calls wait"} for a place.`
    : undefined;
  const callers = new Set(calls.map(({ caller }) => caller)).size;
  const says = callers === 0
    ? "nobody has called it yet"
    : `${callers} ${callers === 1 ? "caller" : "callers"}, ${
      calls.reduce((sum, each) => sum + each.running, 0)
    } running`;
  return (
    <StatusLine
      standing={standing}
      what={target}
      says={says}
      cause={cause}
      since={isolation?.since}
      now={now}
      acts={
        <ActLink
          {...{ service: callsService, engine: "calls", args: { target } }}
          act={isolation ? "release" : "isolate"}
          back={consolePath + callsPath}
        >
          {isolation ? "Release" : "Isolate"}
        </ActLink>
      }
    />
  );
}
