import { type acts, fingerprint, machine, Refusal, Unavailable } from "@headwater/core";
import { z } from "zod";
import type { EndedAct } from "./act_events.ts";
import { type ActsRecord, cannot, outdated } from "./acts_record.ts";
import type { RecordedAct } from "./read_acts.ts";

/** What every act that changes something is asked with, beside its own arguments. */
const askedWith = {
  reason: z.string().trim().min(1, "Say why, in a line").max(1_000),
  dryRun: z.boolean(),
  /** As a dry run told it: the act is refused where something has changed since. */
  expected: z.string().max(100),
  /** Asked for twice under the same id it is done once. */
  actId: z.uuid(),
};
const extras = z.object(askedWith).partial();

/** For so long nobody else begins what somebody is at. */
const turnMs = 10_000;
/** Of what came of an act. */
const longestText = 4_000;
const longestValue = 16_000;

/** What puts an act on record. */
export type Recording = {
  readonly engine: string;
  /** Undefined: there is nothing to put it on. */
  readonly record: ActsRecord | undefined;
  readonly actor: string;
};

/** The act with what each is asked with: a reason, a dry run. */
export function recordable(act: acts.OperatorsAct<object>): acts.OperatorsAct<object> {
  const { shape } = act.args;
  const missing = Object.entries(askedWith).filter(([key]) => !(key in shape));
  const added = Object.fromEntries(missing.map(([key, schema]) => [key, schema.optional()]));
  const listed = Object.keys(added).filter((key) => key === "reason" || key === "dryRun");
  return {
    ...act,
    args: act.args.extend(added),
    options: [...act.options ?? [], ...listed],
    unlisted: ["expected", "actId"],
  };
}

/** Does an act between two entries of the record; a dry run is not put there. */
export async function doOnRecord(
  act: acts.OperatorsAct<object>,
  given: Readonly<Record<string, unknown>>,
  { engine, record, actor, context }: Recording & { readonly context: acts.ActContext },
): Promise<acts.ActOutcome> {
  const { reason = null, dryRun = false, expected, actId = crypto.randomUUID() } = extras.parse(
    given,
  );
  const args = ownArgs(act, given);
  if (dryRun) return await dryRunOf(act, args, context);
  const subject = act.subject?.(args) ?? null;
  const at = { act: act.name, engine, subject };
  if (!record) {
    throw new Unavailable(
      `${cannot(at)}: no application runs here, nor is there a log to put it on record`,
    );
  }
  const standing = await record.standing({ engine, subject });
  const repeated = standing.acts.find((other) => other.actId === actId);
  if (repeated) return outcomeOf(repeated);
  const [last] = standing.acts;
  if (last?.act === act.name && !last.ended && Date.now() - Date.parse(last.at) < turnMs) {
    throw outdated(at, last);
  }
  // Of all that a filter finds it may take long to tell
  const isTold = subject !== null || expected !== undefined;
  const foretold = isTold ? await act.foretell?.(args, context) : undefined;
  if (expected !== undefined && foretold && expected !== fingerprint(foretold.value)) {
    throw outdated(at, last);
  }
  await record.begin({
    ...{ actId, ...at, args: jsonOf(args), actor, reason },
    ...{ would: foretold?.text.slice(0, longestText) ?? null, at: new Date().toISOString() },
    undo: foretold?.undo ? { ...foretold.undo, args: jsonOf(foretold.undo.args) } : null,
  }, { after: standing.revision, attempt: crypto.randomUUID() });
  async function end(came: Omit<EndedAct, "actId" | "at">): Promise<void> {
    const text = came.text.slice(0, longestText);
    await record?.end({ ...came, actId, text, at: new Date().toISOString() }, { actor });
  }
  let outcome: acts.ActOutcome;
  try {
    outcome = await act.run(args, context);
  } catch (error) {
    const isRefused = error instanceof Refusal;
    const text = machine.messageOf(error);
    const code = isRefused ? error.code : null;
    await end({ outcome: isRefused ? "refused" : "failed", code, text, value: null })
      // What kept it from being done matters more than that
      .catch(() => {});
    throw error;
  }
  const { text, value, isDone, ended = "goes-on", undo } = outcome;
  try {
    const kept = JSON.stringify(value).length > longestValue ? null : value;
    await end({
      ...{ outcome: isDone ? "done" : ended, code: null, text },
      value: z.json().parse(kept),
      ...(undo && { undo: { ...undo, args: jsonOf(undo.args) } }),
    });
  } catch (error) {
    const cause = machine.messageOf(error);
    return { ...outcome, text: `${text}\nThe record lacks that it ended: ${cause}` };
  }
  return outcome;
}

/** What it would do, and what to say with the act for it to be refused once that has changed. */
async function dryRunOf(
  act: acts.OperatorsAct<object>,
  args: Readonly<Record<string, unknown>>,
  context: acts.ActContext,
): Promise<acts.ActOutcome> {
  const foretold = await act.foretell?.(args, context);
  if (!foretold) throw new Refusal("act-untold", `Cannot tell what "${act.name}" would do`);
  const { value, text, undo = null } = foretold;
  const more = typeof value === "object" && !Array.isArray(value) ? value : { would: value };
  return {
    value: { isDryRun: true, ...more, text, undo, expected: fingerprint(value) },
    text,
    isDone: true,
  };
}

/** What came of the act that is asked for again. */
function outcomeOf(act: RecordedAct): acts.ActOutcome {
  const { actId, actor, ended } = act;
  if (!ended) {
    throw new Refusal(
      "act-under-way",
      `${
        cannot(act)
      }: ${actor} has asked for that already (${actId}), what came of it is not on record yet`,
    );
  }
  const { outcome, code, text, value } = ended;
  const isOver = outcome === "refused" || outcome === "failed";
  if (isOver && value === null) {
    throw outcome === "refused" ? new Refusal(code ?? "act-refused", text) : new Error(text);
  }
  return {
    ...{ value: value ?? { actId, outcome }, text, isDone: outcome === "done" },
    ...(isOver && { ended: outcome }),
  };
}

function ownArgs(
  { args: { shape } }: acts.OperatorsAct<object>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).filter(([key, value]) => key in shape && value !== undefined),
  );
}

function jsonOf(args: Readonly<Record<string, unknown>>) {
  return z.record(z.string(), z.json()).parse(args);
}
