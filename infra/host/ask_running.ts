import { Refusal, Unavailable } from "@headwater/core";
import { secretHeader } from "@headwater/http";
import { z } from "zod";

/**
 * An act that the running application is to do.
 * @internal
 */
export type AskedAct = {
  /** Below `/ops/`, for example `routes/set`. */
  readonly path: string;
  readonly args: object;
  readonly actor?: string | undefined;
};

/** By whom it was asked, where it is asked of somebody else. */
export const actorHeader = "X-Actor";

/** Longer than whoever does it waits for what becomes of it. */
const longestMs = 10_000;

/** What is read of a problem document. */
export const problemSchema = z.object({ code: z.string(), detail: z.string() });

/**
 * Has the gateway at this URL do an operators' act, and gives the value that came of it.
 *
 * Errors: the `Refusal` of the act; `Unavailable`: whether it was done is not known.
 */
export async function askRunning(
  url: string,
  { path, args, actor, secret }: Pick<AskedAct, "path" | "actor"> & {
    /** Absent: it is looked, nothing is done. */
    readonly args?: object;
    /** Of the application, where it has one. */
    readonly secret: string | undefined;
  },
): Promise<unknown> {
  const cannot = `Cannot do "${path.replaceAll("/", " ")}" at ${url}`;
  const answer = await fetch(new URL(`/ops/${path}`, url), {
    method: args ? "POST" : "GET",
    headers: {
      "Content-Type": "application/json",
      // A header takes no other letters
      ...(actor !== undefined && { [actorHeader]: actor.replaceAll(/[^ -~]/g, "?") }),
      ...(secret !== undefined && { [secretHeader]: secret }),
    },
    ...(args && { body: JSON.stringify(args) }),
    signal: AbortSignal.timeout(longestMs),
  }).catch((cause) => {
    throw new Unavailable(`${cannot}: the application does not answer`, { cause });
  });
  const value = await answer.json().catch(() => undefined);
  if (answer.ok) return value;
  const { code, detail } = problemSchema.safeParse(value).data ??
    { code: "answer-unreadable", detail: `it answers ${answer.status}` };
  if (answer.status < 500) throw new Refusal(code, detail);
  throw new Unavailable(`${cannot}: ${detail}`, { code });
}
