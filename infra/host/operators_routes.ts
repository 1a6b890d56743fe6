import type { acts } from "@headwater/core";
import { actorHeader } from "./ask_running.ts";
import { edge, readJson, readQuery, type Routes, routes } from "@headwater/http";

/** How long a request waits for an act; what is not done by then goes on. */
const longestMs = 5_000;

/**
 * Operators' acts over HTTP, by engine: `GET /ops/projections` is an engine's first look, `GET /ops/projections/letters/list`
 * another, `POST /ops/projections/rebuild {"name": …}` an act. Answers 200 with what a command line prints with `--json`,
 * 202 where it goes on. Not for clients: the gateway forwards none of it.
 *
 * Errors: `BadInput` for arguments that do not fit, those of the act.
 */
export function operatorsRoutes(
  engines: Readonly<Record<string, readonly acts.OperatorsAct<object>[]>>,
): Routes {
  const app = routes();
  for (const [engine, own] of Object.entries(engines)) {
    const first = own.find(({ changes }) => !changes);
    for (const act of own) {
      const { args, changes, role = "operator" } = act;
      const path = act === first
        ? `/ops/${engine}`
        : `/ops/${engine}/${act.name.replaceAll(" ", "/")}`;
      const answer = async (
        given: Record<string, unknown>,
        { signal, actor }: { readonly signal: AbortSignal; readonly actor?: string },
      ) => {
        const surroundings = {
          ...(actor !== undefined && { actor }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
          progress() {},
        };
        const { value, isDone, ended } = await act.run(given, surroundings);
        return Response.json(value, { status: isDone || ended ? 200 : 202 });
      };
      app.use(path, async (c, next) => {
        const { identity } = c.var;
        const isThis = changes === (c.req.method === "POST");
        if (isThis && identity && !edge.hasRole(identity, role)) {
          throw new edge.NotAdmitted(
            "role-missing",
            `Cannot do "${engine} ${act.name}": it is for who has the role ${role}`,
          );
        }
        await next();
      });
      if (changes) {
        app.post(path, async (c) => {
          // Only who belongs to the application gets here
          const actor = c.var.actor ?? c.req.header(actorHeader);
          const { signal } = c.var;
          return await answer(await readJson(c, args), {
            ...(actor !== undefined && { actor }),
            signal,
          });
        });
      } else {
        app.get(path, async (c) => await answer(readQuery(c, args), c.var));
      }
    }
  }
  return app;
}
