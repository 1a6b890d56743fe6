import { acts, machine } from "@headwater/core";
import type { Timer } from "./notice.ts";
import type { Way } from "./way.ts";
import { type InstanceStatus, waitsText } from "./instance_status.ts";
import type { Chapter, Heard, InstanceStory } from "./instance_story.ts";

/** An instance, for operators: `sagas show`. */
export type ShownInstance = InstanceStory & {
  readonly id: string;
  readonly type: string;
  readonly definition: string;
  readonly state: InstanceStatus["state"] | "finished";
  /** Null: it has heard nothing yet. */
  readonly startedAt: string | null;
  readonly keys: readonly string[];
  /** What its process has on record while it is unfinished: null where it is finished, or nothing was put on record yet. */
  readonly waits: InstanceStatus | null;
  /** Null: its steps are not known before they are sent. */
  readonly way: Way | null;
  /** The times that it waits for. */
  readonly timers: readonly Timer[];
};

/** The story of an instance for people. */
export function storyText(shown: ShownInstance): string {
  const { definition, id, state, keys, startedAt, chapters, later, broken } = shown;
  const others = keys.filter((key) => key !== id);
  const title = [
    `${definition} ${id}`,
    state,
    others.join(", "),
    startedAt && `since ${startedAt}`,
  ];
  const start = Date.parse(chapters[0]?.at ?? "");
  return [
    title.filter(Boolean).join("  "),
    ...chapters.flatMap((chapter) => chapterLines(chapter, Date.parse(chapter.at) - start)),
    ...later.map((heard) => `${blank}  ${heardText(heard)}: has led to nothing so far`),
    ...(broken === null ? [] : [`Cannot tell it further: ${broken}`]),
    ...nowLines(shown),
  ].map(machine.inOneLine).join("\n");
}

const blank = " ".repeat(10);

function chapterLines(
  { heard, causationId, noted, sends, isFinished }: Chapter,
  ms: number,
): readonly string[] {
  const what = heard ? heardText(heard) : toldText(noted) ?? `something (event ${causationId})`;
  return [
    `${`+${offset(ms)}`.padStart(blank.length)}  ${what}`,
    ...noted.map(({ type, data }) => `${blank}    notes  ${type}${noteText(data)}`),
    ...sends.map(({ step, target, command }) =>
      `${blank}    sends  ${step} (${target} ${command})`
    ),
    ...(isFinished ? [`${blank}    is finished`] : []),
  ];
}

/** Most stories take a few seconds. */
function offset(ms: number): string {
  return ms < 100_000 ? `${ms} ms` : acts.durationText(ms);
}

function heardText({ type, stream, revision, answers }: Heard): string {
  const answer = answers === null ? "" : `, the answer to ${answers}`;
  return `hears ${type} (${stream} ${revision})${answer}`;
}

/** What a saga notes on no event: what became of a command, a time, or an operator's act. Undefined: it noted it on an event. */
function toldText([first]: Chapter["noted"]): string | undefined {
  const data = typeof first?.data === "object" && first.data !== null ? first.data : {};
  if ("actor" in data) return `${data.actor} acts: ${"reason" in data ? data.reason : ""}`;
  switch (first?.type) {
    case "StepTimedOut":
    case "SagaTimedOut":
      return "a time has come";
    case "StepStuck":
    case "StepRefused":
    case "StepDone":
      return "is told what became of a command";
    default:
      return undefined;
  }
}

/** What events of processes say of steps, by the names that they go by. */
function noteText(data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  const said: string[] = [];
  if ("step" in data) said.push(` ${data.step}`);
  if ("compensates" in data) said.push(`, which undoes ${data.compensates}`);
  if ("reason" in data) said.push(`: ${data.reason}`);
  return said.join("");
}

function nowLines({ id, state, waits, next, chapters }: ShownInstance): readonly string[] {
  if (state === "finished") return ["Nothing is to be done any more"];
  if (waits?.state === "stuck" && waits.step === null) {
    const since = waits.waitsMs === null ? "" : ` for ${acts.durationText(waits.waitsMs)}`;
    return [`Stuck${since}: ${waits.cause}`, "Next: that is tried again when its service starts"];
  }
  const answered = waits?.answeredAt ? ` (${waits.answeredAt})` : "";
  return [
    ...(waits ? [`Waits for ${waitsText(waits) || "an event"}`] : []),
    ...(waits?.cause ? [`Last answer${answered}: ${waits.cause}`] : []),
    ...next.map(({ step, target, command }) => `Next: ${step} (${target} ${command}) is sent`),
    ...(next.length > 0 || chapters.length === 0
      ? []
      : waits?.state === "stuck"
      ? [`Next: nothing, before an operator acts: sagas retry, resume or skip ${id}`]
      : ["Next: nothing, before it hears an event or a time has come"]),
  ];
}
