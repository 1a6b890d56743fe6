import { DeadlineExceeded, Refusal, Unavailable } from "@headwater/core";
import type { EdgeContext } from "@headwater/http";
import { BadInput, bodyLimit, BodyTooLarge, readText } from "@headwater/resilience";
import type { Context } from "hono";
import { z } from "zod";
import type { ConsoleContext, Section } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { consolePath } from "../components/console_path.ts";
import {
  ActDonePage,
  ActOfOthersPage,
  ActPage,
  type ChosenAct,
  type ForetoldAct,
} from "./act_page.tsx";
import { viewerOf } from "../context/viewer_of.ts";
import { callsService } from "./calls_data.ts";
import { respondNotFound } from "./not_found.tsx";

const longestReason = 1_000;
/** Whoever acts says them, and no link that leads here. */
const said: readonly string[] = ["reason", "dryRun", "expected", "actId"];
/** What a dry run tells. */
const foretoldSchema = z.object({
  text: z.string(),
  expected: z.string(),
  undo: z.object({ name: z.string() }).nullable(),
});

/** The form of any act; no part of the navigation. */
export const actSection: Section = {
  path: "/act",
  title: "Act",
  add(app, context) {
    app.get("/act", async (c) => {
      const chosen = chosenAct(c, context);
      if (!chosen) return await respondNotFound(c, context);
      const refused = await refusedTo(chosen, { c, context });
      if (refused) return refused;
      const { foretold, problem } = await foretell(chosen, { c, context });
      return await respond(c, {
        ...{ context, title: titleOf(chosen), status: problem === undefined ? 200 : 409 },
        children: (
          <ActPage
            chosen={{ ...chosen, ...(foretold && { expected: foretold.expected }) }}
            foretold={foretold}
            problem={problem}
          />
        ),
      });
    });
    app.post("/act", async (c) => {
      const form = await formOf(c);
      const given = chosenAct(c, context);
      if (!given) return await respondNotFound(c, context);
      const refused = await refusedTo(given, { c, context });
      if (refused) return refused;
      const reason = (form.get("reason") ?? "").trim().slice(0, longestReason);
      const token = form.get("token") ?? given.token;
      const expected = form.get("expected") || undefined;
      const chosen: ChosenAct = { ...given, reason, token, ...(expected && { expected }) };
      const page = { context, title: titleOf(chosen) };
      if (reason === "") {
        const problem = "Cannot do it without a reason: say why in a few words";
        return await respond(c, {
          ...{ ...page, status: 400 },
          children: <ActPage chosen={chosen} problem={problem} />,
        });
      }
      try {
        const value = await perform(chosen, { c, context, reason });
        return await respond(c, {
          ...page,
          children: <ActDonePage chosen={chosen} value={value} />,
        });
      } catch (error) {
        const problem = problemOf(error);
        // As it is by now, and under another name: what was refused is on record under its own
        const { foretold } = await foretell(given, { c, context });
        const again = { ...given, reason, ...(foretold && { expected: foretold.expected }) };
        return await respond(c, {
          ...{ ...page, status: 409 },
          children: <ActPage chosen={again} foretold={foretold} problem={problem} />,
        });
      }
    });
  },
};

/** What is no form of ours, or too long to be one, has nothing in it. */
async function formOf({ req: { raw } }: EdgeContext): Promise<URLSearchParams> {
  try {
    return new URLSearchParams(await readText(raw, bodyLimit));
  } catch (error) {
    if (error instanceof BadInput || error instanceof BodyTooLarge) return new URLSearchParams();
    throw error;
  }
}

type Asking = { readonly c: EdgeContext; readonly context: ConsoleContext };

/** Undefined: there is no such act. */
function chosenAct(c: EdgeContext, { acts, services }: ConsoleContext): ChosenAct | undefined {
  const { service = "", engine = "", act: name, back = consolePath, ...others } = c.req.query();
  const act = Object.hasOwn(acts, engine)
    ? acts[engine]?.find((each) => each.changes && each.name === name)
    : undefined;
  const isThere = service === callsService || services.some((each) => each.name === service);
  if (!act || !isThere) return undefined;
  const args = Object.fromEntries(
    Object.entries(others).filter(([key]) => key.startsWith("arg."))
      .map(([key, value]) => [key.slice(4), value] as const)
      .filter(([name]) => !said.includes(name)),
  );
  const isOurs = back === consolePath || /^\/console[/?]/.test(back);
  return {
    ...{ service, engine, act, args },
    back: isOurs ? back : consolePath,
    token: crypto.randomUUID(),
  };
}

function titleOf({ act, args }: ChosenAct): string {
  const of = args["id"] ?? args["name"];
  const name = act.name.slice(0, 1).toUpperCase() + act.name.slice(1);
  return of === undefined ? name : `${name} ${of}`;
}

/** What who may not do an act is told instead of its form; the service would refuse it, too. */
async function refusedTo(
  chosen: ChosenAct,
  { c, context }: Asking & { readonly c: Pick<Context, "html"> },
): Promise<Response | undefined> {
  const { engine, act: { name: act }, back } = chosen;
  const viewer = viewerOf(c, context);
  const role = viewer.lackedRole({ engine, act });
  if (role === undefined) return undefined;
  return await respond(c, {
    ...{ context, title: titleOf(chosen), status: 403 },
    children: <ActOfOthersPage {...{ role, back, viewer }} />,
  });
}

/** What it would change, of an act that can tell; or why it cannot be done. */
async function foretell(
  chosen: ChosenAct,
  { c, context }: Asking,
): Promise<{ readonly foretold?: ForetoldAct; readonly problem?: string }> {
  const { shape } = chosen.act.args;
  if (!("dryRun" in shape)) return {};
  // Some acts are not asked for without a reason, and a dry run is asked with what the act is
  const more = { dryRun: true, ..."reason" in shape && { reason: "to see what it would change" } };
  try {
    return { foretold: foretoldSchema.parse(await ask(chosen, { c, context, more })) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function perform(
  chosen: ChosenAct,
  { c, context, reason }: Asking & { readonly reason: string },
): Promise<unknown> {
  const { token, expected, act: { args: { shape } } } = chosen;
  const all = { reason, actId: token, expected };
  const more = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => name in shape && value !== undefined),
  );
  return ask(chosen, { c, context, more });
}

function ask(
  { service, engine, act, args }: ChosenAct,
  { c, context, more }: Asking & { readonly more: Readonly<Record<string, unknown>> },
): Promise<unknown> {
  return context.ask({
    ...{ service, path: `${engine}/${act.name.replaceAll(" ", "/")}`, changes: true },
    args: { ...typed(args, act.args.shape), ...more },
    actor: c.var.actor,
    identity: c.var.identity,
    signal: c.var.signal,
  });
}

/** What a form has as text, as the act takes it. */
function typed(
  args: Readonly<Record<string, string>>,
  shape: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).filter(([name]) => Object.hasOwn(shape, name))
      .map(([name, value]) => [name, value === "true" ? true : value === "false" ? false : value]),
  );
}

function problemOf(error: unknown): string {
  const isTold = error instanceof Refusal || error instanceof Unavailable ||
    error instanceof DeadlineExceeded;
  if (isTold) return error.message;
  throw error;
}
