import { ActLink } from "../components/act_link.tsx";
import { consolePath } from "../components/console_path.ts";
import { DataText } from "../components/data_text.tsx";
import { streamUrl } from "../components/links.tsx";
import { Part } from "../components/part.tsx";
import { type Standing, Tag } from "../components/status_line.tsx";
import { KeysetPages, Table } from "../components/table.tsx";
import { Ago } from "../components/time_text.tsx";
import { type ActFilter, actFilters, type ShownAct } from "./acts_data.ts";

/** Where acts are shown. */
export const actsPath = "/acts";

const titles = { actor: "Who", engine: "Engine", act: "Act", subject: "On what" };

/** Who did what, when and why, and what came of it. */
export function ActsPage({ acts, filter, before, next, now, serviceOf }: {
  readonly acts: readonly ShownAct[];
  readonly filter: ActFilter;
  /** Undefined: this is the first page. */
  readonly before: string | undefined;
  /** Null: there are no more. */
  readonly next: string | null;
  readonly now: number;
  /** Whom to ask to take an act back; undefined: nobody is known who could. */
  serviceOf(act: ShownAct): string | undefined;
}) {
  return (
    <>
      <form method="get" class="fields">
        {actFilters.map((name) => (
          <label>
            {titles[name]}
            <input name={name} value={filter[name] ?? ""} />
          </label>
        ))}
        <button type="submit">Show</button>
      </form>
      <Part title="Acts" about="the newest first" id="acts" reload="moved">
        <Table
          label="What operators did"
          columns={[
            { title: "When", is: "tight" },
            { title: "Who" },
            { title: "Act" },
            { title: "Why and what came of it", is: "fill" },
            { title: "", is: "tight" },
          ]}
          empty={Object.keys(filter).length > 0
            ? "Nobody has done anything like that."
            : "No operator has done anything yet."}
        >
          {acts.map((act) => <ActRow of={act} now={now} service={serviceOf(act)} />)}
        </Table>
        <KeysetPages
          newest={before === undefined ? undefined : actsUrl(filter)}
          older={next === null ? undefined : actsUrl({ ...filter, before: next })}
        />
      </Part>
    </>
  );
}

const standings: Readonly<Record<ShownAct["outcome"], Standing>> = {
  done: "good",
  "goes-on": "idle",
  "under-way": "idle",
  refused: "warn",
  failed: "bad",
  unknown: "bad",
};

function ActRow({ of, now, service }: {
  readonly of: ShownAct;
  readonly now: number;
  readonly service: string | undefined;
}) {
  const { actId, engine, act, subject, args, actor, reason, at, outcome, undo, text, would } = of;
  const { stream, revision, changed } = of;
  return (
    <tr>
      <td class="tight">
        <a class="plain" href={streamUrl(stream, revision)}>
          <Ago at={at} now={now} />
        </a>
      </td>
      <td>
        <a class="plain" href={actsUrl({ actor })}>{actor}</a>
      </td>
      <td>
        {`${engine} ${act}`}
        {subject !== null && <p class="mono small">{subject}</p>}
      </td>
      <td class="fill">
        <p>
          <Tag standing={standings[outcome]}>{outcome.replace("-", " ")}</Tag>{" "}
          {reason ?? <span class="muted">no reason given</span>}
        </p>
        <details id={`act-${actId}`}>
          <summary>{firstLine(text ?? would ?? "What was asked")}</summary>
          <DataText value={{ args, would, text, changed }} />
        </details>
      </td>
      <td class="tight">
        {undo && service !== undefined && (
          <ActLink
            {...{ service, engine, act: undo.name, args: simple(undo.args) }}
            back={consolePath + actsPath}
          >
            Take it back
          </ActLink>
        )}
      </td>
    </tr>
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 200) ?? "";
}

function simple(args: Readonly<Record<string, unknown>>): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(args).map((
      [name, value],
    ) => [name, typeof value === "boolean" ? value : String(value)]),
  );
}

function actsUrl(filter: ActFilter & { readonly before?: string }): string {
  const query = new URLSearchParams(Object.entries(filter));
  return `${consolePath}${actsPath}${query.size > 0 ? `?${query}` : ""}`;
}
