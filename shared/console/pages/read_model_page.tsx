import { ActLink } from "../components/act_link.tsx";
import { DataText } from "../components/data_text.tsx";
import { streamUrl } from "../components/links.tsx";
import { Part } from "../components/part.tsx";
import { Tag } from "../components/status_line.tsx";
import { Table } from "../components/table.tsx";
import { Ago } from "../components/time_text.tsx";
import type { ShownReadModel } from "./read_models_data.ts";
import { ProgressBar, readModelUrl } from "./read_models_page.tsx";

/** The acts on a read model, as its generations allow them. */
export function ReadModelActs({ of }: { readonly of: ShownReadModel }) {
  const { service, name, generations } = of;
  const has = (...statuses: readonly string[]) =>
    generations.some(({ status }) => status !== null && statuses.includes(status));
  const isBeingBuilt = has("building", "verifying", "ready");
  const offered = [
    ...(isBeingBuilt ? [] : ["rebuild"]),
    ...(has("ready") ? ["switch"] : []),
    ...(isBeingBuilt && has("live") ? ["abort"] : []),
    ...(has("retired") ? ["rollback", "drop"] : []),
  ];
  return (
    <div id="offered" class="acts" data-live-reload="read-models">
      {offered.map((act) => (
        <ActLink
          service={service}
          engine="projections"
          act={act}
          args={{ name }}
          back={readModelUrl(of)}
          isGrave={act === "drop" || act === "abort"}
        >
          {act.slice(0, 1).toUpperCase() + act.slice(1)}
        </ActLink>
      ))}
    </div>
  );
}

/** One read model: its generations, how they compare, its letters. */
export function ReadModelPage({ of, now }: { readonly of: ShownReadModel; readonly now: number }) {
  const { generations, letters } = of;
  const compared = generations.filter(({ verdict }) =>
    verdict !== null && (verdict.differing > 0 || verdict.note !== null)
  );
  return (
    <>
      <Part
        title="Generations"
        about="tables that were built from the log; queries read the one that is live"
        id="generations"
        reload="read-models"
      >
        <Generations of={of} now={now} />
      </Part>
      {compared.map((each) => <Differences of={each} />)}
      <Part
        title="Letters"
        about="events that it could not take, and those behind them"
        id="letters"
        reload="read-models"
      >
        {letters.length === 0
          ? <p class="muted">None: it has taken every event.</p>
          : <Letters of={of} now={now} />}
      </Part>
    </>
  );
}

function Generations({ of: { generations }, now }: {
  readonly of: ShownReadModel;
  readonly now: number;
}) {
  const columns = ["Generation", "State", "Position", "Version", "Process"];
  return (
    <Table
      label="Generations"
      columns={[
        ...columns.map((title, index) => ({
          title,
          ...(index === 2 && { is: "number" as const }),
        })),
        { title: "How it goes", is: "fill" },
        { title: "Since", is: "tight" },
      ]}
      empty="None was made yet: its service makes it when it runs."
    >
      {generations.map((each) => (
        <tr>
          <td data-title="Generation">{each.generation ?? "–"}</td>
          <td>
            <Tag standing={each.status === "live" ? "good" : "idle"}>{each.status ?? "–"}</Tag>{" "}
            {each.state !== each.status && each.state}
          </td>
          <td class="number" data-title="Position">{each.position?.toLocaleString("en") ?? "–"}</td>
          <td data-title="Version">{each.version}</td>
          <td data-title="Process">{each.owner ?? "none"}</td>
          <td class="fill">
            {each.progress && <ProgressBar of={each.progress} />}
            {each.cause}
          </td>
          <td class="tight">{each.since && <Ago at={each.since} now={now} />}</td>
        </tr>
      ))}
    </Table>
  );
}

/** How a generation compares with the one that was read. */
function Differences({ of: { generation, verdict } }: {
  readonly of: ShownReadModel["generations"][number];
}) {
  const { differing = 0, examples = [], note = null, position = null } = verdict ?? {};
  return (
    <Part
      title={`Generation ${generation} against what was read`}
      about={position === null ? undefined : `both at position ${position.toLocaleString("en")}`}
    >
      <p class={differing > 0 ? "notice is-warn" : "notice"}>
        {differing > 0
          ? `${differing.toLocaleString("en")} rows differ${
            examples.length < differing ? `; these are the first ${examples.length}` : ""
          }.`
          : "No row differs."} {note}
      </p>
      {examples.length > 0 && (
        <Table
          label="Rows that differ"
          columns={[{ title: "Key" }, { title: "Read", is: "fill" }, {
            title: "Built",
            is: "fill",
          }]}
        >
          {examples.map(({ key, before, after, objection }) => (
            <tr>
              <td class="mono">
                {key}
                {objection !== undefined && <p class="muted small">{objection}</p>}
              </td>
              <td data-title="Read">{before === null ? "no row" : <DataText value={before} />}</td>
              <td data-title="Built">{after === null ? "no row" : <DataText value={after} />}</td>
            </tr>
          ))}
        </Table>
      )}
    </Part>
  );
}

function Letters({ of, now }: { readonly of: ShownReadModel; readonly now: number }) {
  const { service, name, letters } = of;
  const lanes = [...Map.groupBy(letters, ({ key }) => key)];
  return (
    <Table
      label="Letters"
      columns={[
        { title: "Key" },
        { title: "Event" },
        { title: "What holds it up", is: "fill" },
        { title: "Since", is: "tight" },
        { title: "Acts", is: "tight" },
      ]}
    >
      {lanes.flatMap(([key, own]) =>
        own.slice(0, 1).map(({ stream, revision, type, cause, attempts, parkedAt, due }) => (
          <tr>
            <td class="mono">{key}</td>
            <td>
              <a href={streamUrl(stream, revision)}>{type}</a>
              {own.length > 1 && <p class="muted small">{`and ${own.length - 1} behind it`}</p>}
            </td>
            <td class="fill">
              {cause}
              <p class="muted small">
                {due === null
                  ? `tried ${attempts === 1 ? "once" : `${attempts} times`}`
                  : `an operator wants it to be ${due === "drop" ? "dropped" : "tried again"}`}
              </p>
            </td>
            <td class="tight">
              <Ago at={parkedAt} now={now} />
            </td>
            <td class="tight">
              <div class="acts">
                {(["letters retry", "letters drop"] as const).map((act) => (
                  <ActLink
                    {...{ service, engine: "projections", act, args: { key, view: name } }}
                    back={readModelUrl(of)}
                    isGrave={act === "letters drop"}
                  >
                    {act === "letters retry" ? "Retry" : "Drop"}
                  </ActLink>
                ))}
              </div>
            </td>
          </tr>
        ))
      )}
    </Table>
  );
}
