import { ActLink } from "../components/act_link.tsx";
import { consolePath } from "../components/console_path.ts";
import { Part } from "../components/part.tsx";
import { SilentServices } from "../components/silent_services.tsx";
import { type Standing, StatusLine, StatusList } from "../components/status_line.tsx";
import { durationText } from "../components/time_text.tsx";
import type { ShownGeneration } from "./read_models_data.ts";

/** Where read models are shown. */
export const readModelsPath = "/projections";

/** Every read model in a line; of those that are built, are behind or hold letters what there is to do. */
export function ReadModelsPage({ generations, silent = [], now }: {
  readonly generations: readonly ShownGeneration[];
  /** Services of which nothing is known; default: none. */
  readonly silent?: readonly string[];
  readonly now: number;
}) {
  const byName = [...Map.groupBy(generations, ({ service, name }) => `${service} ${name}`)];
  return (
    <Part
      title="All read models"
      about="what queries read, folded from the log"
      id="read-models"
      reload="read-models"
    >
      <SilentServices of={silent} />
      {byName.length === 0 && silent.length === 0
        ? <p class="notice">No service has told of a read model.</p>
        : (
          <StatusList>
            {byName.flatMap(([, own]) =>
              own.filter(isShown).map((each) => <GenerationLine of={each} now={now} />)
            )}
          </StatusList>
        )}
    </Part>
  );
}

/** Those that were retired are shown with their read model. */
function isShown({ state }: ShownGeneration): boolean {
  return state !== "retired";
}

/** How a generation is: one line, and what helps where it is not as it should be. */
export function GenerationLine({ of, now }: {
  readonly of: ShownGeneration;
  readonly now: number;
}) {
  const { service, name, generation, progress, cause, since } = of;
  const standing = standingOf(of);
  const back = readModelUrl(of);
  const isQuiet = standing === "good" || standing === "idle";
  return (
    <StatusLine
      standing={standing}
      what={<a class="plain" href={back}>{name}</a>}
      says={
        <>
          {saysOf(of)} {progress && <ProgressBar of={progress} />}
        </>
      }
      cause={cause ?? undefined}
      since={isQuiet ? undefined : since ?? undefined}
      now={now}
      acts={isQuiet ? undefined : actsOf(of).map((act) => (
        <ActLink
          service={service}
          engine="projections"
          act={act}
          args={act === "letters retry" ? { all: true, view: name } : { name }}
          back={back}
        />
      ))}
    />
  );
  function saysOf(
    { state, position, owner, lagMs, parkedKeys, needsRebuild }: ShownGeneration,
  ): string {
    return [
      service,
      generation === null ? "not made yet" : `generation ${generation}`,
      state,
      position === null ? undefined : `at position ${position.toLocaleString("en")}`,
      lagMs > 1_000 ? `${durationText(lagMs)} behind` : undefined,
      parkedKeys > 0 ? `${parkedKeys} ${parkedKeys === 1 ? "key waits" : "keys wait"}` : undefined,
      needsRebuild ? "needs to be rebuilt" : undefined,
      owner === null ? "nobody works for it" : `by ${owner}`,
    ].filter((part) => part !== undefined).join(" · ");
  }
}

/** How far a rebuild is. */
export function ProgressBar({ of: { replayed, target, eventsPerSecond } }: {
  readonly of: NonNullable<ShownGeneration["progress"]>;
}) {
  const share = Math.min(100, Math.floor(100 * replayed / Math.max(1, target)));
  const text = `${share} %`;
  return (
    <span class="progress">
      <progress max="100" value={share} aria-label="How far it is built">{text}</progress>{" "}
      <b>{text}</b>{" "}
      <span class="muted">{`${Math.round(eventsPerSecond).toLocaleString("en")} events/s`}</span>
    </span>
  );
}

/** Where one read model is shown. */
export function readModelUrl({ service, name }: {
  readonly service: string;
  readonly name: string;
}): string {
  return `${consolePath}${readModelsPath}/${encodeURIComponent(service)}/${
    encodeURIComponent(name)
  }`;
}

function standingOf(
  { state, caughtUp, parkedKeys, needsRebuild, cause }: ShownGeneration,
): Standing {
  if (["failing", "stopped", "other-log", "no-owner"].includes(state) || parkedKeys > 0) {
    return "bad";
  }
  if (needsRebuild || cause !== null || ["waiting", "building", "verifying"].includes(state)) {
    return "warn";
  }
  return state === "retired" || state === "ready" ? "idle" : caughtUp ? "good" : "warn";
}

/** What may help. */
function actsOf({ state, parkedKeys, needsRebuild }: ShownGeneration): readonly string[] {
  if (state === "ready") return ["switch", "abort"];
  if (state === "building" || state === "verifying") return ["abort"];
  return [
    ...(parkedKeys > 0 ? ["letters retry"] : []),
    ...(needsRebuild || state === "failing" || state === "other-log" ? ["rebuild"] : []),
  ];
}
