import type { EdgeContext } from "@headwater/http";
import type { Context } from "hono";
import type { ConsoleContext } from "../context/console_context.ts";
import { respond } from "../context/respond.tsx";
import { consolePath } from "../components/console_path.ts";

/** Says that there is nothing here (any more), and where to go on. */
export async function respondNotFound(
  c: EdgeContext & Pick<Context, "html">,
  context: ConsoleContext,
  { title = "Nothing is here", cause = "It may be gone, or the address is not complete." }: {
    readonly title?: string;
    readonly cause?: string;
  } = {},
): Promise<Response> {
  return await respond(c, {
    ...{ context, title, status: 404 },
    children: (
      <>
        <p class="notice">{cause}</p>
        <p class="acts">
          <a class="button" href={consolePath}>Overview</a>
          <a class="button" href={`${consolePath}/streams`}>Find a stream</a>
        </p>
      </>
    ),
  });
}
