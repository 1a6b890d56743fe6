import { ActLink } from "../components/act_link.tsx";
import { consolePath } from "../components/console_path.ts";
import { Part } from "../components/part.tsx";
import { SilentServices } from "../components/silent_services.tsx";
import { type Standing, Tag } from "../components/status_line.tsx";
import { KeysetPages, Table } from "../components/table.tsx";
import { Ago } from "../components/time_text.tsx";
import type { ShownGroup, ShownInstance } from "./sagas_data.ts";

/** Where sagas are shown. */
export const sagasPath = "/sagas";
const base = consolePath + sagasPath;

/** By what instances are asked for: what `sagas list`, and acts on many, take. */
export const filterNames = ["state", "step", "failure", "key", "older"] as const;
export type SagaFilter = Partial<Record<(typeof filterNames)[number], string>>;

/** How many instances stand where: what is stuck first, each group with what helps all of it. */
export function SagasPage({ groups, silent = [], now }: {
  readonly groups: readonly ShownGroup[];
  /** Services of which nothing is known; default: none. */
  readonly silent?: readonly string[];
  readonly now: number;
}) {
  return (
    <Part
      title="Unfinished"
      about="by state, step and what holds them up"
      id="groups"
      reload="sagas"
    >
      <SilentServices of={silent} />
      <Table
        label="Unfinished instances in groups"
        columns={[
          { title: "How many", is: "number" },
          { title: "State" },
          { title: "Saga" },
          { title: "Step" },
          { title: "What holds them up", is: "fill" },
          { title: "The oldest", is: "tight" },
          { title: "All of them", is: "tight" },
        ]}
        empty={silent.length > 0 ? "No instance is known." : "No instance is unfinished."}
      >
        {groups.map((each) => <GroupRow of={each} now={now} />)}
      </Table>
    </Part>
  );
}

function GroupRow({ of, now }: { readonly of: ShownGroup; readonly now: number }) {
  const { service, process, state, step, failure, count, oldest, example } = of;
  const filter: SagaFilter = {
    state,
    ...(step !== null && { step }),
    ...(failure !== null && { failure }),
  };
  return (
    <tr>
      <td class="number" data-title="How many">
        {state === "stopped"
          ? "all"
          : <a href={instancesUrl(process, filter)}>{count.toLocaleString("en")}</a>}
      </td>
      <td>
        <StateTag state={state} />
      </td>
      <td>{process}</td>
      <td class="tight mono">{step ?? "–"}</td>
      <td class="fill">
        {failure ?? <span class="muted">nothing is known</span>}
        {state !== "stopped" && (
          <p class="small muted">
            such as <a href={instanceUrl(process, example)}>{example}</a>
          </p>
        )}
      </td>
      <td class="tight">
        <Ago at={oldest} now={now} />
      </td>
      <td class="tight">
        <FilterActs {...{ service, process, filter }} />
      </td>
    </tr>
  );
}

/** Acts on all that a filter finds; where it finds nothing that is stuck, none helps. */
function FilterActs({ service, process, filter }: {
  readonly service: string;
  readonly process: string;
  readonly filter: SagaFilter;
}) {
  if (filter.state === "stopped") {
    return (
      <ActLink {...{ service, engine: "sagas", act: "rehear", args: { name: process } }}>
        Hear the log again
      </ActLink>
    );
  }
  if (filter.state !== "stuck") return null;
  return (
    <div class="acts">
      {["retry", "compensate"].map((act) => (
        <ActLink
          {...{ service, engine: "sagas", act, args: { process, ...filter } }}
          back={instancesUrl(process, filter)}
        >
          {act === "retry" ? "Retry all" : "Compensate all"}
        </ActLink>
      ))}
    </div>
  );
}

/** Instances of a saga that a filter finds, a page of them. */
export function InstancesPage({ service, process, filter, instances, after, limit, now }: {
  readonly service: string;
  readonly process: string;
  readonly filter: SagaFilter;
  readonly instances: readonly ShownInstance[];
  /** The cursor behind which the page begins; undefined: it is the first. */
  readonly after: string | undefined;
  /** Of a page. */
  readonly limit: number;
  readonly now: number;
}) {
  const last = instances.at(-1)?.cursor;
  const isFull = instances.length >= limit;
  return (
    <>
      <form method="get" class="fields">
        <label>
          State
          <select name="state">
            {["", "running", "waiting", "compensating", "stuck"].map((each) => (
              <option value={each} selected={filter.state === each}>
                {each === "" ? "any" : each}
              </option>
            ))}
          </select>
        </label>
        {(["step", "key", "older"] as const).map((name) => (
          <label>
            {{ step: "Step", key: "Key or id", older: "Older than" }[name]}
            <input
              name={name}
              value={filter[name] ?? ""}
              placeholder={name === "older" ? "10m" : undefined}
            />
          </label>
        ))}
        {filter.failure !== undefined && (
          <label class="grow">
            What holds them up
            <input name="failure" value={filter.failure} />
          </label>
        )}
        <button type="submit">Show</button>
      </form>
      <Part
        title="Instances"
        about="the longest running first"
        id="instances"
        reload="sagas"
        more={<FilterActs {...{ service, process, filter }} />}
      >
        <Table
          label="Unfinished instances"
          columns={[
            { title: "Instance" },
            { title: "State" },
            { title: "Waits for" },
            { title: "What holds it up", is: "fill" },
            { title: "Began", is: "tight" },
          ]}
          empty="No unfinished instance is like that."
        >
          {instances.map((
            { id, state, isCompensating, step, target, command, cause, startedAt },
          ) => (
            <tr>
              <td class="tight mono">
                <a href={instanceUrl(process, id)}>{id}</a>
              </td>
              <td>
                <StateTag state={state} />
                {isCompensating && state !== "compensating" && (
                  <p class="small muted">compensating</p>
                )}
              </td>
              <td class="tight">
                {step ?? "an event"}
                {target !== null && <p class="small muted">{`${target} ${command}`}</p>}
              </td>
              <td class="fill">{cause}</td>
              <td class="tight">
                <Ago at={startedAt} now={now} />
              </td>
            </tr>
          ))}
        </Table>
        <KeysetPages
          newest={after === undefined ? undefined : instancesUrl(process, filter)}
          older={isFull && last !== undefined
            ? instancesUrl(process, { ...filter, after: last })
            : undefined}
        />
      </Part>
    </>
  );
}

/** In what state an instance is. */
export function StateTag({ state }: { readonly state: string }) {
  const standings: Readonly<Record<string, Standing>> = {
    stuck: "bad",
    stopped: "bad",
    waiting: "warn",
    compensating: "warn",
    finished: "good",
  };
  return <Tag standing={standings[state] ?? "idle"}>{state}</Tag>;
}

/** Where the instances of a saga are listed. */
export function instancesUrl(
  process: string,
  filter: SagaFilter & { readonly after?: string } = {},
): string {
  const query = new URLSearchParams(Object.entries(filter));
  const text = query.size > 0 ? `?${query}` : "";
  return `${base}/${encodeURIComponent(process)}${text}`;
}

/** Where an instance is shown. */
export function instanceUrl(process: string, id: string): string {
  return `${base}/${encodeURIComponent(process)}/${encodeURIComponent(id)}`;
}
