import { ActLink } from "../components/act_link.tsx";
import { DataText } from "../components/data_text.tsx";
import { streamUrl } from "../components/links.tsx";
import { Part } from "../components/part.tsx";
import { Table } from "../components/table.tsx";
import { Ago, Clock } from "../components/time_text.tsx";
import { WayDrawing } from "../components/way_drawing.tsx";
import type { ShownStory } from "./sagas_data.ts";
import { instanceUrl, StateTag } from "./sagas_page.tsx";

/** The acts on an instance, as its state allows them. */
export function SagaActs({ of, service }: {
  readonly of: ShownStory;
  readonly service: string;
}) {
  const { id, type: process, state, waits, way } = of;
  if (state === "finished") return null;
  const back = instanceUrl(process, id);
  const stuck = way?.groups.flat().flatMap((each) => [each, ...(each.undo ? [each.undo] : [])])
    .concat(way.before, way.after).find(({ status }) => status === "stuck")?.step;
  const step = stuck ?? waits?.step ?? undefined;
  const isStuck = state === "stuck";
  const args = { id, process };
  const act = (name: string) => ({ service, engine: "sagas", act: name, back });
  return (
    <div id="offered" class="acts" data-live-reload="sagas">
      {isStuck && <ActLink {...act("retry")} args={args}>Retry</ActLink>}
      {isStuck && <ActLink {...act("resume")} args={args}>Resume</ActLink>}
      {isStuck && step !== undefined && (
        <ActLink {...act("skip")} args={{ ...args, step }}>{`Skip ${step}`}</ActLink>
      )}
      {waits?.isCompensating !== true && (
        <ActLink {...act("compensate")} args={args} isGrave>Compensate</ActLink>
      )}
    </div>
  );
}

/** One instance: where it stands, its steps as a chain, and what it went through. */
export function SagaPage({ of, now }: { readonly of: ShownStory; readonly now: number }) {
  const { way, waits, timers, chapters, next, broken } = of;
  return (
    <>
      <Part title="Now" id="now" reload="sagas">
        <dl class="pairs">
          <dt>State</dt>
          <dd>
            <StateTag state={of.state} />
          </dd>
          <dt>Keys</dt>
          <dd class="mono">{of.keys.join(", ")}</dd>
          {waits !== null && (
            <>
              <dt>Waits for</dt>
              <dd>
                {waits.step ?? "an event"}
                {waits.target !== null && (
                  <span class="muted">{` · ${waits.target} ${waits.command}`}</span>
                )} {waits.since !== null && (
                  <span class="muted">
                    {"· "}
                    <Ago at={waits.since} now={now} />
                  </span>
                )}
              </dd>
              {waits.cause !== null && (
                <>
                  <dt>Because</dt>
                  <dd>{waits.cause}</dd>
                </>
              )}
            </>
          )}
          {timers.map(({ step, dueAt }) => (
            <>
              <dt>{step === undefined ? "Is undone at" : `${step} is given up at`}</dt>
              <dd>
                <Clock at={dueAt} />
              </dd>
            </>
          ))}
          {next.length > 0 && (
            <>
              <dt>Comes next</dt>
              <dd>
                {next.map(({ step, target, command }) => `${step} (${target} ${command})`)
                  .join(", ")}
              </dd>
            </>
          )}
        </dl>
        {broken !== null && <p class="notice is-bad">{`Cannot tell it further: ${broken}`}</p>}
      </Part>
      {way && (
        <Part
          title="Steps"
          about="from left to right; below each what undoes it"
          id="steps"
          reload="sagas"
        >
          <WayDrawing {...way} />
        </Part>
      )}
      <Part title="What it went through" id="chapters" reload="sagas">
        <Table
          label="What it heard, noted and sent"
          columns={[
            { title: "At", is: "tight" },
            { title: "Heard" },
            { title: "Noted", is: "fill" },
            { title: "Sent" },
          ]}
          empty="It has heard nothing yet."
        >
          {chapters.map((chapter) => <ChapterRow of={chapter} />)}
        </Table>
      </Part>
    </>
  );
}

function ChapterRow({ of: { at, heard, noted, sends, isFinished } }: {
  readonly of: ShownStory["chapters"][number];
}) {
  return (
    <tr>
      <td class="tight">
        <Clock at={at} />
      </td>
      <td>
        {heard
          ? <a href={streamUrl(heard.stream, heard.revision)}>{heard.type}</a>
          : <span class="muted">no event</span>}
        {heard?.answers != null && <p class="small muted">{`answers ${heard.answers}`}</p>}
      </td>
      <td class="fill">
        {noted.map(({ type, data }) => (
          <details>
            <summary>{type}</summary>
            <DataText value={data} />
          </details>
        ))}
      </td>
      <td>
        {sends.map(({ step, target, command }) => (
          <p>
            {step} <span class="muted small">{`${target} ${command}`}</span>
          </p>
        ))}
        {isFinished && <p class="muted">is finished</p>}
      </td>
    </tr>
  );
}
