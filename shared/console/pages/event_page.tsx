import { eventLog, type Recorded } from "@headwater/core";
import { BinaryText } from "../components/binary_text.tsx";
import { DataText } from "../components/data_text.tsx";
import { storyUrl, streamUrl } from "../components/links.tsx";
import { Part } from "../components/part.tsx";
import { Table } from "../components/table.tsx";
import { Ago } from "../components/time_text.tsx";
import { dataSummary } from "../components/data_summary.ts";
import { plainState, stateChanges } from "../reading/state_changes.ts";

/** An event, and what it has made of its stream's state. */
export type EventView = {
  readonly event: Recorded;
  /** There is one after it. */
  readonly hasNext: boolean;
  /** Its data as this release reads it, where that is another than what is stored. */
  readonly upcast: { readonly data: unknown } | { readonly failure: string } | undefined;
  /** Undefined: nobody folds such streams here. `asked`: it takes a while, and was not asked for. */
  readonly state:
    | { readonly before: unknown; readonly after: unknown; readonly failure?: string }
    | "asked"
    | undefined;
  readonly now: number;
};

/** One event: its data, what is stored beside it, and the state before and after it. */
export function EventPage(view: EventView) {
  const { event, upcast } = view;
  const { stream, revision } = event;
  const bytes = eventLog.bytesOf(event);
  const download = `${streamUrl(stream, revision)}/data`;
  return (
    <>
      <Steps {...view} />
      <div class="columns">
        <div>
          <Part title="Data" about={upcast && "as it is stored"}>
            {bytes
              ? <BinaryText bytes={bytes} download={download} />
              : <DataText value={event.data} download={download} />}
          </Part>
          {upcast && (
            <Part title="As this release reads it" about="brought up to the newest version">
              {"failure" in upcast
                ? <p class="notice is-bad">{upcast.failure}</p>
                : <DataText value={upcast.data} />}
            </Part>
          )}
          <Part title="Stored beside it">
            <Metadata {...view} />
          </Part>
        </div>
        <div>
          <State {...view} />
        </div>
      </div>
    </>
  );
}

function Steps({ event: { stream, revision }, hasNext }: EventView) {
  return (
    <nav class="acts steps" aria-label="Events of this stream">
      <Step href={revision > 0 ? streamUrl(stream, revision - 1) : undefined} rel="prev">
        ← Before
      </Step>
      <Step href={hasNext ? streamUrl(stream, revision + 1) : undefined} rel="next">
        After →
      </Step>
    </nav>
  );
}

function Step({ href, rel, children }: {
  readonly href: string | undefined;
  readonly rel: string;
  readonly children?: string;
}) {
  return href === undefined
    ? <span class="button" aria-disabled="true">{children}</span>
    : <a class="button" href={href} rel={rel}>{children}</a>;
}

function Metadata({ event, now }: EventView) {
  const { id, position, recordedAt, metadata } = event;
  const { $correlationId, ...others } = metadata;
  return (
    <dl class="pairs">
      <dt>Recorded</dt>
      <dd>
        <span class="mono">{recordedAt}</span>{" "}
        <span class="muted">
          <Ago at={recordedAt} now={now} />
        </span>
      </dd>
      <dt>Position</dt>
      <dd class="mono">{position}</dd>
      <dt>Id</dt>
      <dd class="mono">{id}</dd>
      <dt>Correlation</dt>
      <dd class="mono">
        {typeof $correlationId === "string"
          ? <a href={storyUrl($correlationId, position)}>{$correlationId}</a>
          : "none"}
      </dd>
      {Object.entries(others).map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd class="mono">{dataSummary(value).replaceAll(/^"|"$/g, "")}</dd>
        </>
      ))}
    </dl>
  );
}

function State({ event: { stream, revision }, state }: EventView) {
  if (state === undefined) {
    return (
      <Part title="State">
        <p class="notice">No service of this application tells the state of such streams.</p>
      </Part>
    );
  }
  if (state === "asked") {
    return (
      <Part title="State" about={`after revision ${revision}`}>
        <p class="notice">{`It is made of ${revision + 1} events, which takes a moment.`}</p>
        <p class="acts">
          <a class="button" href={`${streamUrl(stream, revision)}?fold=1`}>Show the state</a>
        </p>
      </Part>
    );
  }
  const [before, after] = [plainState(state.before), plainState(state.after)];
  const changes = stateChanges(before, after);
  return (
    <>
      {state.failure !== undefined && <p class="notice is-bad">{state.failure}</p>}
      <Part
        title="What it changed"
        about={`${changes.length || "nothing"}${changes.length ? " of the state" : ""}`}
      >
        <Table
          label="What the event changed in the state"
          columns={[{ title: "Where", is: "tight" }, { title: "Before" }, {
            title: "After",
            is: "fill",
          }]}
          empty="The state is as it was before."
        >
          {changes.map(({ path, before, after }) => (
            <tr>
              <td class="tight mono">{path}</td>
              <td class="mono muted" data-title="Before">
                {before === undefined ? "–" : dataSummary(before)}
              </td>
              <td class="fill mono" data-title="After">
                {after === undefined ? "–" : dataSummary(after)}
              </td>
            </tr>
          ))}
        </Table>
      </Part>
      <Part title="State" about={`after revision ${revision}`}>
        <DataText value={after} />
      </Part>
    </>
  );
}
