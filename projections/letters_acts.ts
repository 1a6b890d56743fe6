import { acts, Refusal } from "@headwater/core";
import { z } from "zod";
import { letterText, listText } from "./letters_text.ts";
import { followLetters } from "./follow_letters.ts";
import { type OperatedView, operatedView, type ProjectionsContext } from "./operated_view.ts";
import {
  askToDrop,
  askToRetry,
  type StoredLetter,
  storedLetter,
  storedLetters,
} from "./stored_letters.ts";

/** So many letters of a service are listed; those of one key can be asked for. */
const mostListed = 1_000;
/** Of those that an act would be done to. */
const mostTold = 20;

type Context = ProjectionsContext & acts.ActContext;

const list = acts.operatorsAct({
  name: "letters list",
  summary: "events that read models could not take, and those that are parked behind them",
  args: z.strictObject({
    key: z.string().optional(),
    view: z.string().optional(),
    dropped: z.boolean().optional(),
  }),
  options: ["view", "dropped"],
  changes: false,
  async run({ key = null, view, dropped = false }, context: ProjectionsContext) {
    const found = await Promise.all(
      chosen(context, { view, act: "list letters of" }).map(async (views) => {
        const { sql, service } = views[0]!;
        const choice = { names: namesOf(views), key, areDropped: dropped, most: mostListed };
        return (await storedLetters(sql, choice)).map((letter) => ({ service, ...letter }));
      }),
    );
    const letters = found.flat();
    return { value: letters, text: listText(letters, { dropped }), isDone: true };
  },
});

const show = acts.operatorsAct({
  name: "letters show",
  summary: "one of them with its event, as it is stored",
  args: z.strictObject({ id: z.string() }),
  changes: false,
  async run({ id }, context: ProjectionsContext) {
    const [, name = "", number = ""] = /^(.*):(\d{1,15})$/.exec(id) ?? [];
    const views = context.databases.flatMap(({ views, ...rest }) =>
      views.map((view) => ({ ...rest, view }))
    );
    const at = views.find(({ view }) => view.name === name);
    const found = at && await storedLetter(at.sql, { name, id: Number(number) });
    if (!found) throw new Refusal("letter-unknown", `Cannot show letter "${id}": there is none`);
    const { event, ...letter } = found;
    const value = { service: at.service, ...letter, event: JSON.parse(event) };
    return { value, text: letterText(value), isDone: true };
  },
});

const retry = acts.operatorsAct({
  name: "letters retry",
  summary: "try the events of a key again, oldest first, or all that are parked",
  args: z.strictObject({
    key: z.string().optional(),
    all: z.boolean().optional(),
    view: z.string().optional(),
  }),
  options: ["all", "view"],
  changes: true,
  async run({ key = null, all = false, view }, context: Context) {
    if ((key === null) !== all) {
      throw new Refusal("letters-not-named", "Cannot retry: say which KEY, or --all");
    }
    const asked = await Promise.all(
      chosen(context, { view, act: "retry letters of" }).map(async (views) => ({
        views,
        lanes: await askToRetry(views[0]!.sql, { names: namesOf(views), key }),
      })),
    );
    const there = asked.filter(({ lanes }) => lanes.length > 0);
    if (there.length === 0 && key !== null) throw nothingParked("retry", key);
    return await followLetters(context, { asked: there, done: "applied" });
  },
  subject: ({ key }) => key === undefined ? undefined : `letters ${key}`,
  async foretell({ key = null, view }, context: Context) {
    const letters = await parkedLetters(context, { key, view, act: "retry letters of" });
    return toldOf(letters, "would try again");
  },
});

const drop = acts.operatorsAct({
  name: "letters drop",
  summary: "give up the events of a key, or with --first only the oldest and try those behind it",
  args: z.strictObject({
    key: z.string(),
    reason: z.string().min(1),
    first: z.boolean().optional(),
    view: z.string().optional(),
  }),
  options: ["reason", "first", "view"],
  changes: true,
  role: "admin",
  async run({ key, reason, first = false, view }, context: Context) {
    const all = chosen(context, { view, act: "drop letters of" });
    const parked = await Promise.all(all.map(async (views) => {
      const choice = { names: namesOf(views), key, areDropped: false, most: mostListed };
      const names = (await storedLetters(views[0]!.sql, choice)).map(({ name }) => name);
      return views.filter(({ view: { name } }) => names.includes(name));
    }));
    const there = parked.flat();
    if (there.length === 0) throw nothingParked("drop", key);
    if (there.length > 1) {
      throw new Refusal(
        "letters-ambiguous",
        `Cannot drop "${key}": it is parked in ${
          namesOf(there).join(", ")
        }, say which with --view NAME`,
      );
    }
    const { sql, view: { name } } = there[0]!;
    const lanes = await askToDrop(sql, { name, key, reason, isFirstOnly: first });
    if (lanes.length === 0) throw nothingParked("drop", key);
    const asked = [{ views: there, lanes }];
    return await followLetters(context, { asked, done: first ? "done with" : "dropped" });
  },
  subject: ({ key }) => `letters ${key}`,
  async foretell({ key, first = false, view }, context: Context) {
    const letters = await parkedLetters(context, { key, view, act: "drop letters of" });
    if (letters.length === 0) throw nothingParked("drop", key);
    return toldOf(first ? letters.slice(0, 1) : letters, "would give up, for ever,");
  },
});

/** All that operators do to letters. */
export const lettersActs: readonly acts.OperatorsAct<ProjectionsContext>[] = [
  ...[list, show, retry, drop],
];

/** By database, the views that an act is about. */
function chosen(
  context: ProjectionsContext,
  { view, act }: { readonly view: string | undefined; readonly act: string },
): readonly (readonly OperatedView[])[] {
  if (view !== undefined) return [[operatedView(context, { name: view, act })]];
  return context.databases.filter(({ views }) => views.length > 0).map(({ views, ...rest }) =>
    views.map((each) => ({ ...rest, view: each }))
  );
}

/** What waits, as an act on it would find it. */
async function parkedLetters(
  context: Context,
  { key, view, act }: {
    readonly key: string | null;
    readonly view: string | undefined;
    readonly act: string;
  },
): Promise<readonly StoredLetter[]> {
  const found = await Promise.all(
    chosen(context, { view, act }).map((views) =>
      storedLetters(views[0]!.sql, {
        ...{ names: namesOf(views), key, areDropped: false, most: mostListed },
      })
    ),
  );
  return found.flat();
}

function toldOf(letters: readonly StoredLetter[], what: string): acts.ForetoldAct {
  const value = {
    letters: letters.map(({ id, type, stream, revision }) => {
      return { id, type, stream, revision };
    }),
  };
  const lines = letters.slice(0, mostTold)
    .map(({ id, type, stream, revision }) => `${what} ${id}: ${type} (${stream} ${revision})`);
  const more = letters.length > mostTold ? [`and ${letters.length - mostTold} more`] : [];
  return { value, text: [...lines, ...more].join("\n") || "Nothing is parked" };
}

function namesOf(views: readonly OperatedView[]): readonly string[] {
  return views.map(({ view }) => view.name);
}

function nothingParked(act: string, key: string): Refusal {
  return new Refusal("letter-unknown", `Cannot ${act} "${key}": nothing is parked under it`);
}
