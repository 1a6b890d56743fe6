import { DeadlineExceeded, Refusal, type ServiceClient, Unavailable } from "@headwater/core";
import type { AskedOfService } from "@headwater/console";
import { edge } from "@headwater/http";
import { actorHeader, problemSchema } from "./ask_running.ts";

/** A page may wait for an act as long as people do, and shows what it knows without a service that is silent. */
const usual = { actMs: 10_000, lookMs: 3_000 };

/**
 * Has a service do an act, or tell something. Errors: the `Refusal` of the act; `Unavailable`, `DeadlineExceeded`: its
 * outcome is not known.
 */
export async function askService(
  client: ServiceClient,
  { service, path, args, changes, actor, identity, signal, limits = usual }: AskedOfService & {
    readonly limits?: typeof usual;
  },
): Promise<unknown> {
  const url = new URL(`http://${service}/ops/${path}`);
  const ms = changes ? limits.actMs : limits.lookMs;
  const late = AbortSignal.timeout(ms);
  const limit = AbortSignal.any([late, ...(signal ? [signal] : [])]);
  if (!changes) {
    for (const [name, value] of Object.entries(args)) url.searchParams.set(name, String(value));
  }
  const answer = await client.call(
    service,
    changes
      ? new Request(url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          // A header takes no other letters
          ...(actor !== undefined && { [actorHeader]: actor.replaceAll(/[^ -~]/g, "?") }),
          ...(identity && { [edge.identityHeader]: edge.identityText(identity) }),
        },
        body: JSON.stringify(args),
        signal: limit,
      })
      : new Request(url, { signal: limit }),
  ).catch((cause) => {
    if (!late.aborted) throw cause;
    throw new DeadlineExceeded(`"${service}" has not answered within ${ms} ms`, { cause });
  });
  const value = await answer.json().catch(() => undefined);
  if (answer.ok) return value;
  const { code, detail } = problemSchema.safeParse(value).data ??
    { code: "answer-unreadable", detail: `"${service}" answers ${answer.status}` };
  if (answer.status < 500) throw new Refusal(code, detail);
  throw new Unavailable(detail, { code });
}
